"""Scenarios: modifications of tables that turn a region into another one.

A modification edits tables and never arrays; what is derived from tables that did not change is
shared with the region it was made from. The region itself is never changed.
"""

from geo_planner.scenario.applying import (
    Check,
    apply_scenario,
    check_scenario,
    identity_of,
)
from geo_planner.scenario.files import read_scenario, write_scenario
from geo_planner.scenario.homes import areas_rezoned_to_homes
from geo_planner.scenario.model import (
    Scenario,
    chain_of,
    modification_types,
    parse_scenario,
    scenario_schema,
)
from geo_planner.scenario.result_folders import list_region, list_scenarios
from geo_planner.scenario.several import apply_files, require_files, require_places

__all__ = [
    "Check",
    "Scenario",
    "apply_files",
    "apply_scenario",
    "areas_rezoned_to_homes",
    "chain_of",
    "check_scenario",
    "identity_of",
    "list_region",
    "list_scenarios",
    "modification_types",
    "parse_scenario",
    "read_scenario",
    "require_files",
    "require_places",
    "scenario_schema",
    "write_scenario",
]
