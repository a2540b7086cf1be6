"""The study file: what to read and how to compute, as frozen, described settings.

A study is one TOML file. Keys not described here are refused; secrets belong to the environment
and are refused in the file. People's units are allowed where the name says so; they are
converted once, by the ``*_s`` and ``*_mps`` properties here.
"""

from geo_planner.config.access import Access
from geo_planner.config.assumed_lines import AssumedLine
from geo_planner.config.base import (
    MODES,
    TRANSIT_MODES,
    USUAL_MODES,
    Minutes,
    Mode,
    Percentile,
    Provenance,
    Role,
    Settings,
)
from geo_planner.config.cells import CellFormat, NumberFormat, share_to_allow
from geo_planner.config.fares import (
    FareClass,
    FareDistance,
    Fares,
    FareTransfer,
    Price,
    cents,
    price_of,
)
from geo_planner.config.fetched import Fetchable
from geo_planner.config.job import Job, JobMeasure
from geo_planner.config.land import Land
from geo_planner.config.limits import LayerLimits, RasterLimits, SourceLimits, TableLimits
from geo_planner.config.lines import CycleRoutes, LineColumn, LinesSource, OneWay, SpeedLimits
from geo_planner.config.policy import Policy, PolicyGoal, PolicyStatement, policy_topics
from geo_planner.config.presets import preset_names, preset_travel
from geo_planner.config.rasters import RasterCells, RasterSource
from geo_planner.config.reading import read_fares, read_job, read_study, with_base
from geo_planner.config.siting import Siting
from geo_planner.config.sources import (
    FieldRule,
    GbfsSource,
    GtfsSource,
    LayerSource,
    OsmSource,
    Sources,
)
from geo_planner.config.spread import SpreadAreas, SpreadLand, SpreadSource, SpreadTotals
from geo_planner.config.stand_ins import OsmStandIn
from geo_planner.config.study import ControlTotals, Study, StudyHead, require_study
from geo_planner.config.travel import Travel

__all__ = [
    "MODES",
    "TRANSIT_MODES",
    "USUAL_MODES",
    "Access",
    "AssumedLine",
    "CellFormat",
    "ControlTotals",
    "CycleRoutes",
    "FareClass",
    "FareDistance",
    "FareTransfer",
    "Fares",
    "Fetchable",
    "FieldRule",
    "GbfsSource",
    "GtfsSource",
    "Job",
    "JobMeasure",
    "Land",
    "LayerLimits",
    "LayerSource",
    "LineColumn",
    "LinesSource",
    "Minutes",
    "Mode",
    "NumberFormat",
    "OneWay",
    "OsmSource",
    "OsmStandIn",
    "Percentile",
    "Policy",
    "PolicyGoal",
    "PolicyStatement",
    "Price",
    "Provenance",
    "RasterCells",
    "RasterLimits",
    "RasterSource",
    "Role",
    "Settings",
    "Siting",
    "SourceLimits",
    "Sources",
    "SpeedLimits",
    "SpreadAreas",
    "SpreadLand",
    "SpreadSource",
    "SpreadTotals",
    "Study",
    "StudyHead",
    "TableLimits",
    "Travel",
    "cents",
    "policy_topics",
    "preset_names",
    "preset_travel",
    "price_of",
    "read_fares",
    "read_job",
    "read_study",
    "require_study",
    "share_to_allow",
    "with_base",
]
