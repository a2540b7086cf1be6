"""Preparing the folder of a batch: manifest, regions of scenarios, origins and plan."""

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import geopandas as gpd

from geo_planner.accessibility import service_points
from geo_planner.batch.examining import Asked, Examined, examine, json_of
from geo_planner.batch.plan import (
    ACCESS,
    BASELINE,
    BATCH_FILE,
    ORIGINS,
    PLAN_FILE,
    REACH,
    RECEIPTS,
    REGIONS,
    SERVICE,
    TABLES,
    TIMES,
    Plan,
    Series,
    differences,
    is_batch,
    new_manifest,
    read_manifest,
    read_plan,
)
from geo_planner.config import Job, Mode, Travel
from geo_planner.config.job import Service, Times
from geo_planner.errors import FolderError
from geo_planner.folders import write_json, written_beside
from geo_planner.region import Region
from geo_planner.scenario import apply_scenario, read_scenario

_MOST_PAIRS = 2**20
_LIBRARIES = ("geopandas", "numba", "numpy", "pandas", "pyarrow", "shapely")
_OWN = (*TABLES, RECEIPTS, ORIGINS, REGIONS, BATCH_FILE, PLAN_FILE)


def prepare(job: Job, folder: Path, *, redo: bool) -> Plan:
    """Look at all a job names, and find the plan of a folder or make it.

    Parameters
    ----------
    job
        The job, its paths absolute.
    folder
        Folder of the batch; nobody else writes there.
    redo
        Leave nothing of an earlier batch there.

    Raises
    ------
    ConfigError
        With all that is wrong with the job.
    FolderError
        When the folder holds other files, or a batch of other inputs.
    """
    examined = examine(job)
    manifest = new_manifest(job, examined.inputs)
    if redo:
        _clear(folder)
    elif is_batch(folder):
        _require_same(folder, differences(read_manifest(folder), manifest))
    elif others := [file.name for file in folder.iterdir() if not file.name.startswith(".")]:
        raise FolderError(
            str(folder), f"holds other files ({', '.join(sorted(others)[:5])}): name a new folder"
        )
    if not is_batch(folder):
        versions = {name: importlib.metadata.version(name) for name in _LIBRARIES}
        write_json(folder / BATCH_FILE, {**manifest, "versions": versions})
    if not (folder / PLAN_FILE).is_file():
        Plan(folder, job, tuple(_series(job, examined, folder))).write()
    return read_plan(folder)


def _clear(folder: Path) -> None:
    """Take away what a batch wrote, its results first and the manifest last."""
    for name in _OWN:
        place = folder / name
        if place.is_dir():
            rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _require_same(folder: Path, changed: list[str]) -> None:
    if changed:
        raise FolderError(
            str(folder),
            "holds a batch of other inputs; ask for --redo to do all of it again, or name another "
            f"folder ({'; '.join(changed)})",
        )


def _series(job: Job, examined: Examined, folder: Path) -> Iterator[Series]:
    for asked in examined.regions:
        for scenario, region in _variants(job, asked, folder):
            origins = service_points(region, job.origins)
            file = f"{ORIGINS}/{asked.name}-{scenario}.parquet"
            _write_origins(origins, folder / file)
            for table, mode, departure, travel in _questions(job, asked):
                inside = region.path.is_relative_to(folder)
                yield Series(
                    table=table,
                    region=asked.name,
                    scenario=scenario,
                    mode=mode,
                    departure=departure,
                    path=str(region.path.relative_to(folder) if inside else region.path.resolve()),
                    region_digest=region.digest,
                    origins=file,
                    n_origins=len(origins),
                    tile_origins=_tile_origins(job, table, region, travel),
                    travel=json_of(travel),
                )


def _variants(job: Job, asked: Asked, folder: Path) -> Iterator[tuple[str, Region]]:
    """Give the region as it is, then as each scenario makes it."""
    yield BASELINE, asked.region
    for file in job.scenarios:
        name = read_scenario(file).id
        place = folder / REGIONS / asked.name / name
        yield name, apply_scenario(asked.region, file, place, is_listed=False)


def _questions(job: Job, asked: Asked) -> Iterator[tuple[str, Mode, str, Travel]]:
    """Give the tables of one region, by mode and departure."""
    kinds = {one.kind for one in job.measures}
    tables = [ACCESS] if kinds & {"cumulative", "gravity"} else []
    tables += [table for table in (REACH, TIMES) if table in kinds]
    for table in tables:
        for mode in job.modes:
            for departure, travel in asked.departures(mode).items():
                yield table, mode, departure, travel
    if any(isinstance(one, Service) for one in job.measures):
        for day, travel in asked.days.items():
            yield SERVICE, "transit", day, travel


def _tile_origins(job: Job, table: str, region: Region, travel: Travel) -> int:
    """Choose how many origins make a tile: of pairs, no more than fit well into memory."""
    if table != TIMES:
        return job.tile_origins
    (measure,) = (one for one in job.measures if isinstance(one, Times))
    n_columns = len(travel.percentiles)
    n_ends = max(1, len(service_points(region, measure.destinations)))
    return max(1, min(job.tile_origins, _MOST_PAIRS // (n_ends * n_columns)))


def _write_origins(origins: gpd.GeoSeries, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    frame = gpd.GeoDataFrame({"id": origins.index}, geometry=origins.to_numpy(), crs=origins.crs)
    with written_beside(file) as temporary:
        frame.to_parquet(temporary, index=False, compression="zstd")
