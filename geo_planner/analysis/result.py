"""The result of one run, and reading it back from the folder it was written to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from pydantic import ValidationError

from geo_planner.config import Study, StudyHead
from geo_planner.errors import FolderError, InputError, require_path
from geo_planner.region import Region, open_region, require_region
from geo_planner.run_folder import SUMMARY, RunFolder, open_run
from geo_planner.siting import Reference, load_reference
from geo_planner.siting.reference import REFERENCE_FILE
from geo_planner.words.english import counted_tables

if TYPE_CHECKING:
    from geo_planner.analysis.run_cache import RunCache

DETAILS = (
    "constraints", "stations", "station_uses", "station_areas", "correlation", "equity",
    "policy", "policy_trends", "policy_goals",
)  # fmt: skip
_SECTIONS = tuple(name for name in Study.model_fields if name not in ("study", "sources"))


@dataclass(frozen=True)
class AnalysisResult:
    """Hold the frames of one run; maps and reports are made from it.

    Parameters
    ----------
    study
        Settings of the run.
    region
        Region it was computed on.
    zones
        All zones, index zone_id, with ``jobs_<mode>_<cutoff>min[_p50]`` and ``..._gravity``, and,
        as workplaces and sites have, ``service_level``, ``departures_per_hour``, ``service_modes``,
        ``ptal`` and ``ptal_band`` where public transport is computed.
    businesses
        All workplaces, index business_id, with ``workers_<mode>_<cutoff>min[_p50]``.
    sites
        All sites, index site_id, with ``workers_...``, score, rank, criteria and contributions.
    criteria
        Criteria in use, index criterion_id: labels, unit, weight, points.
    snaps
        Ledger of every point linked to a network, per table and mode.
    details
        Side tables by name: ``constraints`` of every site and kind, ``correlation`` of criteria,
        ``equity`` of access by district.
    reference
        Frozen points of the value functions; None where nothing was scored.
    summary
        Figures of the run, as written to ``summary.json``.
    run_cache
        Parts that a run of a scenario may take over; None in a result that was read back.

    Examples
    --------
    >>> from geo_planner import analyse, example_region
    >>> result = analyse(example_region())
    >>> result
    AnalysisResult('example': 25 zones, 4 workplaces, 3 sites by walk, transit)
    >>> float(result.zones.loc["zone-00", "jobs_walk_10min"])
    70.0
    """

    study: Study
    region: Region
    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    criteria: pd.DataFrame
    snaps: pd.DataFrame
    summary: dict[str, Any]
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    reference: Reference | None = None
    run_cache: "RunCache | None" = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        rows = {"zones": self.zones, "businesses": self.businesses, "sites": self.sites}
        counts = counted_tables(rows, self.region.study)
        modes = ", ".join(self.summary.get("modes", ())) or "no mode"
        return f"AnalysisResult({self.slug!r}: {counts} by {modes})"

    @property
    def slug(self) -> str:
        """Short name for files: the scenario's id, without one the study's."""
        origin = self.region.origin
        return self.study.study.id if origin is None else str(origin.scenario["id"])

    @property
    def title(self) -> str:
        """Name for people: the scenario's, without one the study's."""
        origin = self.region.origin
        return self.study.study.name if origin is None else str(origin.scenario["name"])


def settings_of(region: Region) -> Study:
    """Return the settings a region was built with, as a study without sources.

    Examples
    --------
    >>> from geo_planner import example_region, settings_of
    >>> settings_of(example_region()).access.cutoffs_min
    (5.0, 10.0, 15.0)
    """
    stored = dict(require_region(region).study)
    stored.pop("geo_planner_version", None)
    sections = {name: stored.pop(name) for name in _SECTIONS if name in stored}
    return _settings(stored, sections, f"{region.path}: its settings")


def _settings(head: dict[str, Any], sections: dict[str, Any], whose: str) -> Study:
    try:
        return Study.model_validate({"study": head, **sections})
    except ValidationError as error:
        keys = [".".join(map(str, item["loc"])) for item in error.errors()]
        raise InputError(
            f"{whose} are of another version of geo_planner; build and run again", keys
        ) from error


def read_result(folder: Path | str) -> AnalysisResult:
    """Read a result back from the folder a run wrote.

    Parameters
    ----------
    folder
        Folder with ``summary.json``, the tables of the run and its ``region``.

    Raises
    ------
    InputError
        When the folder holds no run, or one of another version.
    FolderError
        When what lies there is not one whole run, or its region is of another one.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_result, run, write_example, write_report
    >>> folder = mkdtemp()
    >>> files = write_report(run(write_example(folder), f"{folder}/region"), folder)["files"]
    >>> read_result(folder)
    AnalysisResult('example': 25 zones, 4 workplaces, 3 sites by walk, transit)
    """
    run = open_run(require_path(folder, "folder"))
    try:
        summary = json.loads(run.file(SUMMARY).read_text("utf-8"))
        settings, criteria = summary["settings"], pd.DataFrame(summary["criteria"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{run.file(SUMMARY)}: not the summary of a run ({error})") from error
    region = open_region(run.region)
    if region.digest != run.region_digest:
        raise FolderError(
            str(folder),
            f"its tables were computed on another region than the one in {run.region}: run again",
        )
    head = {key: value for key, value in region.study.items() if key in StudyHead.model_fields}
    study = _settings(head, settings, f"{run.file(SUMMARY)}: its settings")
    return AnalysisResult(
        study=study,
        region=region,
        zones=_frame(run, region, "zones", "zone_id"),
        businesses=_frame(run, region, "businesses", "business_id"),
        sites=_frame(run, region, "sites", "site_id"),
        criteria=criteria.set_index("criterion_id") if len(criteria) else criteria,
        snaps=_table(run, "snaps"),
        summary=summary,
        details={name: _table(run, name) for name in DETAILS},
        reference=load_reference(run.file(REFERENCE_FILE), study)
        if run.has(REFERENCE_FILE)
        else None,
    )


def _frame(run: RunFolder, region: Region, name: str, key: str) -> gpd.GeoDataFrame:
    """Read a table of the run; where it has none, the region's own rows."""
    file = f"{name}.parquet"
    frame = gpd.read_parquet(run.file(file)) if run.has(file) else region.geo_table(name)
    return frame.set_index(key)


def _table(run: RunFolder, name: str) -> pd.DataFrame:
    if not run.has(f"{name}.parquet"):
        return pd.DataFrame()
    file = run.file(f"{name}.parquet")
    has_places = b"geo" in (pq.read_schema(file).metadata or {})
    return gpd.read_parquet(file) if has_places else pd.read_parquet(file)
