"""The appraisal of one site, use and reading: what is left for the land when all else is paid.

Value when let less selling costs, building, parking, demolition, fees, finance and the profit that
is required. Costs are drawn evenly while it is built and bear compound interest until the sale;
what is left at the sale is discounted by the same rate to the day the land is bought, before the
permit. Every figure may be an array of draws.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from geo_planner.arrays import FloatArray
from geo_planner.finder.assumptions import Assumptions, Range

Figures = Mapping[str, FloatArray]
Ranges = dict[str, Range]
PARTS = (
    "value", "building_cost", "parking_cost", "demolition_cost", "fees", "finance",
    "required_profit", "land_value",
)  # fmt: skip
_OF_USE = (
    "rent_per_m2_year", "operating_cost_per_m2_year", "vacancy_share", "exit_yield",
    "lettable_share", "building_cost_per_m2", "tall_added_share", "m2_per_parking_space",
)  # fmt: skip
_OF_ALL = (
    "demolition_cost_per_m2", "fees_share", "selling_cost_share", "finance_rate",
    "building_years", "letting_years", "profit_share",
)  # fmt: skip


def ranges_of(
    assumptions: Assumptions, use: str, state: str, floor_area_m2: Range, floors: float
) -> Ranges:
    """List the ranges that an appraisal rests on, by name, always in the same order.

    Parameters
    ----------
    assumptions
        What the user assumes.
    use, state
        Use, and reading of the plans: ``now``, ``if_adopted`` or ``potential``.
    floor_area_m2
        Floor area to build: low, likely, high [m2].
    floors
        Most floors that the plan allows; nan where unknown, which is taken for no tall building.
    """
    of_use = assumptions.uses[use]
    found: Ranges = {"floor_area_m2": floor_area_m2}
    found |= {name: getattr(of_use, name) for name in _OF_USE}
    if of_use.tall_from_floors is None or not floors > of_use.tall_from_floors:
        found["tall_added_share"] = (0.0, 0.0, 0.0)
    for kind, parking in assumptions.parking.items():
        found[f"parking_{kind}_share"] = parking.share
        found[f"parking_{kind}_cost"] = parking.cost_per_space
    found |= {name: getattr(assumptions, name) for name in _OF_ALL}
    found["planning_years"] = getattr(assumptions.planning_years, state)
    return found


def appraise(
    figures: Figures, standing_m2: float, kinds: Sequence[str] = ()
) -> dict[str, FloatArray]:
    """Work out what is left for the land, and what it takes.

    Parameters
    ----------
    figures
        Value by name, as :func:`ranges_of` names them.
    standing_m2
        Floor area to pull down [m2].
    kinds
        Kinds of parking.

    Returns
    -------
    dict
        The parts of ``PARTS``, of which all but the last are to be paid out of the first;
        ``profit_before_land`` at the sale, ``yield_on_cost`` and ``break_even_rent_per_m2_year``,
        the rent at which the land is worth nothing.

    Examples
    --------
    Land of which 1 000 m2 cost 10 000 and earn 1 000 a m2, sold at once at a yield of a twentieth:

    >>> figures = {name: np.array(0.0) for name in (*_OF_USE, *_OF_ALL, "planning_years")}
    >>> figures |= {"floor_area_m2": np.array(1_000.0), "building_cost_per_m2": np.array(10_000.0)}
    >>> figures |= {"rent_per_m2_year": np.array(1_000.0), "exit_yield": np.array(0.05)}
    >>> figures |= {"lettable_share": np.array(1.0), "m2_per_parking_space": np.array(50.0)}
    >>> found = appraise(figures, 0.0)
    >>> float(found["land_value"]), float(found["break_even_rent_per_m2_year"])
    (10000000.0, 500.0)
    """
    f = figures
    lettable_m2 = f["floor_area_m2"] * f["lettable_share"]
    let_share = 1.0 - f["vacancy_share"]
    income = lettable_m2 * (f["rent_per_m2_year"] * let_share - f["operating_cost_per_m2_year"])
    kept_share = 1.0 - f["selling_cost_share"]
    value = income / f["exit_yield"] * kept_share
    building = f["floor_area_m2"] * f["building_cost_per_m2"] * (1.0 + f["tall_added_share"])
    parking = f["floor_area_m2"] / f["m2_per_parking_space"] * _cost_per_space(f, kinds)
    demolition = standing_m2 * f["demolition_cost_per_m2"]
    fees = (building + parking + demolition) * f["fees_share"]
    spent = building + parking + demolition + fees
    costs = (
        spent
        * _grown_while_drawn(f["finance_rate"], f["building_years"])
        * (1.0 + f["finance_rate"]) ** f["letting_years"]
    )
    profit = costs * f["profit_share"]
    left_at_sale = value - costs - profit
    years = f["planning_years"] + f["building_years"] + f["letting_years"]
    land_value = left_at_sale / (1.0 + f["finance_rate"]) ** years
    needed_income = (costs + profit) / kept_share * f["exit_yield"]
    return {
        "value": value,
        "building_cost": building,
        "parking_cost": parking,
        "demolition_cost": demolition,
        "fees": fees,
        "finance": costs - spent + left_at_sale - land_value,
        "required_profit": profit,
        "land_value": land_value,
        "profit_before_land": value - costs,
        "yield_on_cost": income / costs,
        "break_even_rent_per_m2_year": (
            needed_income / lettable_m2 + f["operating_cost_per_m2_year"]
        )
        / let_share,
    }


def _cost_per_space(figures: Figures, kinds: Sequence[str]) -> FloatArray:
    """Average the cost of a space over the kinds; without kinds there is no parking to pay."""
    if not kinds:
        return np.zeros(())
    shares = np.array([figures[f"parking_{kind}_share"] for kind in kinds])
    costs = np.array([figures[f"parking_{kind}_cost"] for kind in kinds])
    mean: FloatArray = (shares * costs).sum(axis=0) / shares.sum(axis=0)
    return mean


def _grown_while_drawn(rate: FloatArray, years: FloatArray) -> FloatArray:
    """Grow a cost that is drawn evenly over some years to their end, at compound interest.

    Examples
    --------
    >>> float(_grown_while_drawn(np.array(0.0), np.array(2.0)))
    1.0
    >>> round(float(_grown_while_drawn(np.array(0.05), np.array(2.0))), 4)
    1.0504
    """
    growth = np.log1p(rate) * years
    return np.divide(np.expm1(growth), growth, out=np.ones_like(growth), where=growth > 0)
