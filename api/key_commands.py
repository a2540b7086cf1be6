"""What the commands of keys do: open the state of what is served, and keep keys in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .settings import ServiceSettings
from .state.keys import Keys
from .state.store import Store, state_url


def add_key(folder: Path, name: str, role: str) -> str:
    """Make a key and give it back, once."""
    with _keys(folder) as keys:
        return keys.add(name, role)


def list_keys(folder: Path) -> list[dict[str, Any]]:
    """List the keys without their secrets."""
    with _keys(folder) as keys:
        return [
            {"id": key.id, "name": key.name, "role": key.role,
             "created_at": key.created_at.isoformat(),
             "revoked_at": key.revoked_at and key.revoked_at.isoformat()}
            for key in keys.all()
        ]  # fmt: skip


def revoke_key(folder: Path, key_id: str) -> None:
    """Let a key in no more."""
    with _keys(folder) as keys:
        keys.revoke(key_id)


@contextmanager
def _keys(folder: Path) -> Iterator[Keys]:
    store = Store(ServiceSettings().state_url or state_url(folder))
    try:
        yield Keys(store)
    finally:
        store.close()
