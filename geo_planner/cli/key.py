"""Keys of the service: who may read, edit or administer it from other machines."""

from pathlib import Path
from typing import Annotated, Any

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.serve import service_module
from geo_planner.cli.text import say

key = typer.Typer(
    help="Let people into a service on other machines: add, list, revoke keys.",
    no_args_is_help=True,
)

Served = Annotated[Path, typer.Argument(help="Folder that is served, the first where several are.")]


@key.command()
def add(
    folder: Served,
    *,
    name: Annotated[str, typer.Option(help="Who gets the key.")],
    role: Annotated[str, typer.Option(help="What it lets them do: read, edit or admin.")] = "read",
    as_json: Json = False,
) -> None:
    """Make a key and print it, once; only its digest is kept."""
    new_key: str = service_module("key_commands").add_key(folder, name, role)
    say(as_json, {"key": new_key, "name": name, "role": role}, new_key)


@key.command(name="list")
def list_(folder: Served, *, as_json: Json = False) -> None:
    """List the keys: who has which role, and which are revoked."""
    keys: list[dict[str, Any]] = service_module("key_commands").list_keys(folder)
    lines = [
        f"{one['id']} {one['role']:5} {one['name']}"
        + (f" (revoked {one['revoked_at']})" if one["revoked_at"] else "")
        for one in keys
    ]
    say(as_json, keys, "\n".join(lines) or f"{folder}: no keys")


@key.command()
def revoke(
    folder: Served,
    key_id: Annotated[str, typer.Argument(help="Id of the key, as listed.")],
) -> None:
    """Let a key in no more; at once, also where the service runs."""
    service_module("key_commands").revoke_key(folder, key_id)
    say(as_json=False, summary=None, text=f"{key_id} lets nobody in any more")
