"""Frozen reference: value functions fixed once at the baseline region, reused by scenarios.

The points of a criterion lie at the 5th and 95th job-weighted percentile of the region's
workplaces. Kept beside the baseline's results as ``reference.json``, with the digest of the region
and of the settings they rest on, they make scores of a scenario comparable to the baseline's.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ValidationError

from geo_planner.config import Study
from geo_planner.errors import InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.folders import write_text
from geo_planner.reasons import Reason
from geo_planner.siting.criteria import Points, criteria
from geo_planner.siting.profiles import profiles

REFERENCE_FILE = "reference.json"
_REFERENCE_SHARES = (0.05, 0.95)
_FORMAT = 1
_LEAST_WIDTH = 1e-9  # of the value: narrower, and only rounding parts the ends


@dataclass(frozen=True)
class Reference:
    """Hold frozen points and what they rest on.

    Parameters
    ----------
    region_digest
        Digest of the baseline region.
    settings_digest
        Digest of the settings that shape the measures, see :func:`settings_digest`.
    points
        Points by criterion.
    """

    region_digest: str
    settings_digest: str
    points: Mapping[str, Points]


class _Content(BaseModel):
    """Describe the file of a reference."""

    format: Literal[1]
    region_digest: str
    settings_digest: str
    points: dict[str, Points]


def frozen_points(raw: pd.Series, jobs: pd.Series) -> Points:
    """Freeze a value function at the job-weighted 5th and 95th percentile of workplaces.

    Parameters
    ----------
    raw
        The criterion measured at workplaces.
    jobs
        Jobs at each, same index.

    Raises
    ------
    InputError
        When no workplace has both a value and jobs.
    """
    is_counted = has_value_and_jobs(raw, jobs)
    if not is_counted.any():
        raise InputError("no workplace has a value and jobs: the criterion has no reference")
    order = raw[is_counted].sort_values(kind="stable")
    share = jobs[order.index].cumsum() / jobs[order.index].sum()
    low, high = (
        float(order.iloc[int(np.searchsorted(share.to_numpy(), at))]) for at in _REFERENCE_SHARES
    )
    if low == high:
        high = float(np.nextafter(low, np.inf))
    return ((low, 0.0), (high, 1.0))


def width_warnings(frozen: Mapping[str, Points], weights: pd.Series) -> list[Finding]:
    """Warn of weighted criteria whose points coincide: every site then has all points or none.

    That comes about where one workplace has nearly all jobs, or all are measured alike.
    """
    warnings = []
    for key, points in frozen.items():
        low, high = points[0][0], points[-1][0]
        is_flat = high - low <= _LEAST_WIDTH * max(1.0, abs(low))
        if is_flat and weights.get(key, 0) > 0:
            reason = Reason("criterion_no_width", criterion=key, value=low)
            warnings.append(Finding("siting", "warning", 1, reason))
    return warnings


def has_value_and_jobs(raw: pd.Series, jobs: pd.Series) -> pd.Series:
    """Tell which workplaces a reference can rest on."""
    return raw.notna() & (jobs > 0)


def neighbour_clusters(study: Study) -> tuple[str, ...]:
    """Name the clusters whose jobs count as neighbours; empty: all."""
    chosen = study.siting.cluster
    return profiles()[study.siting.profile].clusters if chosen is None else (chosen,)


def settings_digest(study: Study) -> str:
    """Digest the settings that shape what is measured: travel, access and the clusters."""
    shaping = {
        "travel": study.travel.model_dump(mode="json"),
        "access": study.access.model_dump(mode="json"),
        "clusters": sorted(neighbour_clusters(study)),
    }
    return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()


def save_reference(reference: Reference, path: Path) -> None:
    """Write a reference, under a temporary name first."""
    content = {
        "format": _FORMAT,
        "region_digest": reference.region_digest,
        "settings_digest": reference.settings_digest,
        "points": {key: [list(p) for p in points] for key, points in reference.points.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def load_reference(path: Path, study: Study) -> Reference:
    """Read a reference that a baseline left, for a run with the same settings.

    Raises
    ------
    SourceError
        When the file is missing or no reference.
    InputError
        When the baseline was measured with other settings: its points mean something else.
    """
    try:
        content = _Content.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SourceError(
            str(path), "no reference can be read here; run the baseline to make one"
        ) from error
    unknown = sorted(set(content.points) - set(criteria()))
    if unknown:
        raise SourceError(
            str(path), f"of criteria not known here ({', '.join(unknown)}); run the baseline again"
        )
    reference = Reference(content.region_digest, content.settings_digest, content.points)
    if reference.settings_digest != settings_digest(study):
        raise InputError(
            f"{path}: the baseline was measured with other settings",
            ["give the scenario the baseline's [travel], [access] and cluster, or leave out"
             " the reference"],
        )  # fmt: skip
    return reference
