"""The regions a service holds: opened by id, analysed in the background, read-only."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import HTTPException

from geo_planner.analysis import AnalysisResult, analyse
from geo_planner.errors import GeoPlannerError, InputError
from geo_planner.region import Region, open_region

_log = logging.getLogger(__name__)

State = Literal["computing", "ready", "failed"]


@dataclass
class Shelf:
    """Hold one region, its state, and its result once it is there."""

    region: Region
    state: State = "computing"
    result: AnalysisResult | None = None
    failure: str | None = None


class Library:
    """Hold regions by the id of their study.

    Raises
    ------
    RegionError
        When a folder is no region.
    InputError
        When two regions have the same id.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.shelves: dict[str, Shelf] = {}
        for folder in folders:
            region = open_region(folder)
            region_id = str(region.study["id"])
            if region_id in self.shelves:
                raise InputError(f"{folder}: another region has the id {region_id!r} already")
            self.shelves[region_id] = Shelf(region)

    def start(self) -> threading.Thread:
        """Analyse all regions, one after the other, on a thread of their own."""
        thread = threading.Thread(target=self._analyse_all, name="analysis", daemon=True)
        thread.start()
        return thread

    def _analyse_all(self) -> None:
        for region_id, shelf in self.shelves.items():
            try:
                shelf.result = analyse(shelf.region)
                shelf.state = "ready"
            except GeoPlannerError as error:
                shelf.failure, shelf.state = str(error), "failed"
                _log.warning("region %s: %s", region_id, error)

    def shelf(self, region_id: str | None) -> Shelf:
        """Find a region by id; None: the first."""
        if region_id is None:
            return next(iter(self.shelves.values()))
        if region_id not in self.shelves:
            known = ", ".join(self.shelves)
            raise HTTPException(404, f"no region {region_id!r}; there are: {known}")
        return self.shelves[region_id]

    def result(self, region_id: str | None) -> AnalysisResult:
        """Return the result of a region, or answer that it is not there yet."""
        shelf = self.shelf(region_id)
        if shelf.result is None:
            if shelf.failure:
                raise InputError(f"the analysis failed: {shelf.failure}")
            raise HTTPException(503, "the analysis is running: try again in a minute")
        return shelf.result
