"""How plans become floor area and jobs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from geo_planner.config.base import Settings
from geo_planner.packaged import packaged_rows

_Number = Annotated[float, Field(ge=0)]
_Interval = tuple[_Number, _Number, _Number]


class Land(Settings):
    """Choose the use sites are measured for, and replace packaged factors."""

    use_profile: Literal["balanced", "office", "laboratory", "production"] | None = Field(
        None, description="Profile whose use is measured; none: each site's own, else siting's."
    )
    min_net_area_m2: float = Field(
        1000.0, ge=0, description="Least net developable ground of a site [m2]."
    )
    sliver_width_m: float = Field(
        1.0,
        gt=0,
        le=20,
        description="Parts of a site that are nowhere wider are slivers of drawing: they are "
        "joined to the part beside them and not judged on their own [m].",
    )
    parcel_cover_share: float = Field(
        0.95,
        gt=0,
        le=1,
        description="Share of a part that parcels must cover for ratios that rest on parcels; "
        "below it the result is a bound.",
    )
    station_rule: bool | None = Field(
        None,
        description="Whether offices are bound to station areas; none: as the country's rule "
        "says, and where the municipality has drawn station areas.",
    )
    as_of: date | None = Field(
        None,
        description="Day the plans are judged on: proposals older than three years have lapsed, "
        "older than one year they block nothing; none: every proposal counts.",
    )
    m2_per_job: Mapping[str, _Interval] = Field(
        default_factory=dict,
        description="Use = floor area per job [m2]: dense, likely, spacious; in place of the "
        "packaged.",
    )
    factors: Mapping[str, _Interval] = Field(
        default_factory=dict,
        description='"factor.applies_to" = low, likely, high, such as "business_share.21"; in '
        "place of the packaged.",
    )

    @field_validator("m2_per_job")
    @classmethod
    def _require_uses(cls, given: Mapping[str, _Interval]) -> Mapping[str, _Interval]:
        _refuse_unknown(given, [row["use"] for row in packaged_rows("m2_per_job")])
        wrong = [use for use, m2 in given.items() if not 0 < m2[0] <= m2[1] <= m2[2]]
        if wrong:
            msg = f"{', '.join(wrong)}: give dense, likely and spacious in rising order, above 0"
            raise ValueError(msg)
        return given

    @field_validator("factors")
    @classmethod
    def _require_factors(cls, given: Mapping[str, _Interval]) -> Mapping[str, _Interval]:
        rows = {
            f"{row['factor']}.{row['applies_to']}": row
            for row in packaged_rows("floor_area_factors")
        }
        _refuse_unknown(given, list(rows))
        wrong = [name for name, ends in given.items() if not _fits(ends, rows[name])]
        if wrong:
            msg = (
                f"{', '.join(wrong)}: low, likely and high must run the way of the packaged row, "
                "shares at most 1"
            )
            raise ValueError(msg)
        return given


def _fits(ends: _Interval, row: Mapping[str, str]) -> bool:
    falls = float(row["low"]) > float(row["high"])
    low, likely, high = reversed(ends) if falls else ends
    return low <= likely <= high and (row["unit"] != "share" or max(ends) <= 1)


def _refuse_unknown(given: Mapping[str, object], names: list[str]) -> None:
    unknown = [repr(name) for name in given if name not in names]
    if unknown:
        msg = f"no {', '.join(unknown)}: choose from {', '.join(names)}"
        raise ValueError(msg)
