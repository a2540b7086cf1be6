"""The command line: read settings, call one public function, write, say what was done."""

from typing import Annotated

import typer

from geo_planner.cli.access import access
from geo_planner.cli.assets import assets
from geo_planner.cli.batch import batch
from geo_planner.cli.brief import brief
from geo_planner.cli.build import build
from geo_planner.cli.check import check
from geo_planner.cli.compare import compare
from geo_planner.cli.export import export
from geo_planner.cli.feasibility import feasibility
from geo_planner.cli.fetch import fetch
from geo_planner.cli.find import find
from geo_planner.cli.gtfs_check import gtfs_check
from geo_planner.cli.info import info
from geo_planner.cli.isochrone import isochrone
from geo_planner.cli.itinerary import itinerary
from geo_planner.cli.key import key
from geo_planner.cli.map import draw_map
from geo_planner.cli.new import new
from geo_planner.cli.policy import policy
from geo_planner.cli.portfolio import portfolio
from geo_planner.cli.reach import reach
from geo_planner.cli.relocate import relocate
from geo_planner.cli.run import run
from geo_planner.cli.scenario import scenario
from geo_planner.cli.serve import serve
from geo_planner.cli.service import service
from geo_planner.cli.sites import sites
from geo_planner.cli.times import times
from geo_planner.cli.upgrade import upgrade

app = typer.Typer(
    name="geo-planner",
    help="Plan land use and commuting access: regions, access, ranked sites, maps.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _start(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # noqa: ARG001 -- __main__ takes it out of the arguments
        bool, typer.Option("--debug", help="Show the traceback of errors.")
    ] = False,
) -> None:
    if version:
        from geo_planner.version import __version__

        typer.echo(__version__)
        raise typer.Exit


for _command in (new, fetch, build, check, info, times, access, isochrone, reach, itinerary):
    app.command()(_command)
for _command in (service, sites, portfolio, policy, brief, relocate, feasibility):
    app.command()(_command)
app.command(name="map")(draw_map)
app.command(name="gtfs-check")(gtfs_check)
for _command in (run, compare, export, serve, upgrade, assets):
    app.command()(_command)
app.add_typer(find, name="find")
app.add_typer(scenario, name="scenario")
app.add_typer(key, name="key")
app.add_typer(batch, name="batch")
