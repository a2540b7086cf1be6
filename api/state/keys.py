"""Keys of people and programs, each with a role; revoked for good."""

from typing import Literal, get_args

from sqlalchemy import func, select

from geo_planner.errors import InputError

from .store import Store
from .tables import Key
from .tokens import Tokens

Role = Literal["read", "edit", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


class Keys:
    """Keep the keys of a service.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tokens = Tokens(store, Key, "gp")

    def add(self, name: str, role: str) -> str:
        """Make a key; what is given back is shown to nobody ever again.

        Raises
        ------
        InputError
            When there is no such role, or the name is empty or too long.
        """
        if role not in ROLES:
            raise InputError(f"{role!r} is no role: choose from {', '.join(ROLES)}")
        if not 0 < len(name) <= 200:  # noqa: PLR2004
            raise InputError("name the key after who gets it, in 1 to 200 characters")
        return self._tokens.make(name=name, role=role)[1]

    def all(self) -> list[Key]:
        """Give all keys, the oldest first; without their secrets, which nobody has."""
        with self._store.session() as session:
            return list(session.scalars(select(Key).order_by(Key.created_at, Key.id)))

    def revoke(self, key_id: str) -> None:
        """Let a key in no more.

        Raises
        ------
        InputError
            When there is none of that id.
        """
        self._tokens.revoke(key_id, f"no key {key_id!r}; see geo-planner key list")

    def is_any(self) -> bool:
        """Tell whether any key lets anyone in."""
        usable = select(func.count()).select_from(Key).where(Key.revoked_at.is_(None))
        with self._store.session() as session:
            return bool(session.scalar(usable))

    def role_of(self, given: str) -> Role | None:
        """Give the role of a key; None where it lets nobody in."""
        key = self._tokens.row_of(given)
        return None if key is None else next(role for role in ROLES if role == key.role)


def may(role: Role | None, needed: Role) -> bool:
    """Tell whether a role may do what another is needed for."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)
