"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RegionPath = Annotated[Path, typer.Argument(help="Region folder made by `geo-planner build`.")]
OutPath = Annotated[Path, typer.Option("--out", help="File or folder to write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON for machines.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Searches at once; default: all cores.")]
