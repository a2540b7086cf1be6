"""Keys of people and programs, each with a role; revoked for good."""

from typing import Literal, get_args

from sqlalchemy import func, select

from geo_planner.errors import InputError

from .store import Store
from .tables import Key, now
from .tokens import id_of, is_token, new_token

Role = Literal["read", "edit", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
_MARK = "gp"


class Keys:
    """Keep the keys of a service.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

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
        token = new_token(_MARK)
        with self._store.session() as session:
            session.add(Key(id=token.id, name=name, role=role, digest=token.digest))
        return token.text

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
        with self._store.session() as session:
            key = session.get(Key, key_id)
            if key is None:
                raise InputError(f"no key {key_id!r}; see geo-planner key list")
            key.revoked_at = key.revoked_at or now()

    def is_any(self) -> bool:
        """Tell whether any key lets anyone in."""
        usable = select(func.count()).select_from(Key).where(Key.revoked_at.is_(None))
        with self._store.session() as session:
            return bool(session.scalar(usable))

    def role_of(self, given: str) -> Role | None:
        """Give the role of a key; None where it lets nobody in."""
        key_id = id_of(_MARK, given)
        with self._store.session() as session:
            key = session.get(Key, key_id) if key_id is not None else None
        is_same = is_token(given, None if key is None else key.digest)
        if key is None or key.revoked_at is not None or not is_same:
            return None
        return next(role for role in ROLES if role == key.role)
