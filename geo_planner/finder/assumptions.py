"""What a user assumes of rents, costs, time and finance: one TOML file, no figure of ours.

Every figure is one number, or a range: low, likely, high. Prices are without VAT, in the currency
and of the year that the file names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from geo_planner.config.base import Settings
from geo_planner.config.reading import read_settings
from geo_planner.errors import InputError, require_path
from geo_planner.folders import write_text
from geo_planner.land.factors import all_uses
from geo_planner.packaged import packaged_text

KEYS_PAGE = "assumption-keys.md"
_EXAMPLE = "example_assumptions.toml"


def _as_range(given: Any) -> Any:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return (given, given, given) if is_number else given


def _rising(ends: tuple[float, float, float]) -> tuple[float, float, float]:
    if not ends[0] <= ends[1] <= ends[2]:
        msg = "give low, likely and high in rising order"
        raise ValueError(msg)
    return ends


def _below(most: float) -> AfterValidator:
    def require_below(ends: tuple[float, float, float]) -> tuple[float, float, float]:
        if not ends[2] < most:
            msg = f"must stay below {most:g}"
            raise ValueError(msg)
        return ends

    return AfterValidator(require_below)


_Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Range = Annotated[
    tuple[_Number, _Number, _Number], BeforeValidator(_as_range), AfterValidator(_rising)
]
_Above = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AboveZero = Annotated[
    tuple[_Above, _Above, _Above], BeforeValidator(_as_range), AfterValidator(_rising)
]
Share = Annotated[Range, _below(1.0)]
_NONE: tuple[float, float, float] = (0.0, 0.0, 0.0)


class UseAssumptions(Settings):
    """Assume what floor area of one use earns and costs."""

    rent_per_m2_year: AboveZero = Field(description="Rent of lettable floor area [money/m2/year].")
    operating_cost_per_m2_year: Range = Field(
        _NONE, description="Cost that the owner keeps, of lettable floor area [money/m2/year]."
    )
    vacancy_share: Share = Field(_NONE, description="Share of the rent that is not let.")
    exit_yield: AboveZero = Field(
        description="Income of a year over the price a buyer pays, such as 0.0525."
    )
    lettable_share: AboveZero = Field(description="Lettable over gross floor area.")
    building_cost_per_m2: AboveZero = Field(description="Cost of gross floor area [money/m2].")
    tall_from_floors: float | None = Field(
        None, gt=0, description="Floors above which building costs more; none: height is no matter."
    )
    tall_added_share: Range = Field(
        _NONE, description="What tall buildings cost more, over the cost of others."
    )
    m2_per_parking_space: AboveZero = Field(description="Floor area per parking space [m2].")


class ParkingAssumptions(Settings):
    """Assume what a space of one kind costs, and how many of all spaces are of it."""

    share: Range = Field(
        description="Share of the spaces; shares of all kinds are made to sum to 1."
    )
    cost_per_space: Range = Field(description="Cost of a space [money].")


class PlanningYears(Settings):
    """Assume the years to a permit, by the plan that is built on."""

    now: Range = Field(description="Under a local plan in force [years].")
    if_adopted: Range = Field(description="Under a proposed local plan [years].")
    potential: Range = Field(description="Under a framework, with a local plan to make [years].")


class Assumptions(Settings):
    """Assume all that an appraisal of sites needs.

    Examples
    --------
    >>> from geo_planner import Assumptions
    >>> years = {"now": 0.5, "if_adopted": 1, "potential": [1.5, 2, 2.5]}
    >>> office = {"rent_per_m2_year": [900, 1000, 1100], "exit_yield": 0.05,
    ...     "lettable_share": 0.9, "building_cost_per_m2": 10000, "m2_per_parking_space": 50}
    >>> Assumptions(name="Mine", is_made_up=True, currency="DKK", price_year=2026,
    ...     uses={"office": office}, finance_rate=0.05, planning_years=years, building_years=2,
    ...     profit_share=0.1).uses["office"].rent_per_m2_year
    (900.0, 1000.0, 1100.0)
    """

    name: str = Field(min_length=1, description="Name of these assumptions.")
    is_made_up: bool = Field(description="Whether the numbers are made up; outputs then say so.")
    currency: str = Field(min_length=1, description="Currency of all prices, such as DKK.")
    price_year: int = Field(ge=1900, le=2200, description="Year of the prices.")
    draws: int = Field(1000, ge=10, le=100_000, description="Draws of all ranges at once.")
    seed: int = Field(7, ge=0, description="Start of the random numbers of the draws.")
    replaces_buildings: bool = Field(
        default=False,
        description="Whether what stands on a site is pulled down and all that is allowed is "
        "built; else floor area is added to it.",
    )
    uses: Mapping[str, UseAssumptions] = Field(
        min_length=1, description="Use = what its floor area earns and costs."
    )
    parking: Mapping[str, ParkingAssumptions] = Field(
        default_factory=dict, description="Kind = its share and cost, such as surface, basement."
    )
    demolition_cost_per_m2: Range = Field(
        _NONE, description="Cost of pulling down floor area that stands [money/m2]."
    )
    fees_share: Range = Field(
        _NONE, description="Fees and unforeseen over the cost of building, parking and demolition."
    )
    selling_cost_share: Share = Field(_NONE, description="Cost of selling over the price.")
    finance_rate: Share = Field(description="Interest a year.")
    planning_years: PlanningYears = Field(description="Years to a permit.")
    building_years: Range = Field(description="Years from permit to a finished building [years].")
    letting_years: Range = Field(_NONE, description="Years from finished to let and sold [years].")
    profit_share: Range = Field(description="Profit that is required over all costs but land.")

    @model_validator(mode="after")
    def _require_names(self) -> Self:
        unknown = [repr(use) for use in self.uses if use not in all_uses()]
        if unknown:
            msg = f"uses: no {', '.join(unknown)}: choose from {', '.join(all_uses())}"
            raise ValueError(msg)
        if self.parking and not sum(kind.share[0] for kind in self.parking.values()) > 0:
            msg = "parking: the low shares of all kinds must sum to more than 0"
            raise ValueError(msg)
        return self


def read_assumptions(path: Path | str) -> Assumptions:
    """Read a file of assumptions.

    Raises
    ------
    ConfigError
        When the file is absent, is no TOML, or has unknown or wrong keys: all at once.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_assumptions, write_example_assumptions
    >>> file = write_example_assumptions(Path(mkdtemp()) / "assumptions.toml")
    >>> read_assumptions(file).is_made_up
    True
    """
    return read_settings(
        require_path(path, "assumptions"), Assumptions, "file of assumptions", page=KEYS_PAGE
    )


def write_example_assumptions(path: Path | str) -> Path:
    """Write a commented file of made-up assumptions, to copy from.

    Raises
    ------
    InputError
        When there is such a file already.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import write_example_assumptions
    >>> file = write_example_assumptions(Path(mkdtemp()) / "assumptions.toml")
    >>> file.read_text().splitlines()[0]
    '# Made-up numbers, to show the form: no market data. Replace every one before you use it.'
    """
    file = require_path(path, "path")
    if file.exists():
        raise InputError(f"{file}: exists already; name another file")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, packaged_text(_EXAMPLE))
    return file
