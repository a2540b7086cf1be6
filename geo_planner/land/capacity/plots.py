"""The ground a floor area ratio is reckoned on, by the ratio's basis.

Basis 1: the plan's whole area; a site has its share of it by ground, and could at most use all of
it. Bases 2 and 3: a property's adjoining parcels together; basis 4: each parcel alone. These need
parcels: registered areas count, roads included; where parcels lie on one another, that ground is of
the first. Without parcels, or where they cover too little,
the site's own ground stands in and the result is marked a bound.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray, LongArray
from geo_planner.land.plans.overlay import overlaps, own_ground, union_m2
from geo_planner.land.plans.resolving import PlanResult
from geo_planner.reasons import Reason

WHOLE_AREA, PROPERTY, PLOT, PARCEL = 1.0, 2.0, 3.0, 4.0
_BASES_ON_PARCELS = (PROPERTY, PLOT, PARCEL)


@dataclass(frozen=True)
class RatioGround:
    """Hold what ratios are multiplied with, per part.

    Parameters
    ----------
    inside_m2
        The part's share of the ground the ratio is reckoned on [m2].
    whole_m2
        All of that ground, within the site or not [m2]; nan where unknown.
    bound
        Why the result is only a bound, as tables hold reasons; empty where it is not.
    """

    inside_m2: FloatArray
    whole_m2: FloatArray
    bound: npt.NDArray[np.object_]


class Plots:
    """Measure parts against parcels once, for every reading of the plans."""

    def __init__(self, result: PlanResult, cover_share: float) -> None:
        self._result = result
        self._area_m2 = result.parts["area_m2"].to_numpy(float)
        parts_of = result.plans.groupby(["plan_id", "level", "status"], sort=False, dropna=False)
        self._plan_m2 = union_m2(
            np.asarray(result.plans.geometry.array, dtype=object),
            parts_of.ngroup().to_numpy(np.int64),
        )
        self._cover_share = cover_share
        n_parts = len(self._area_m2)
        self._registered_m2 = np.zeros(n_parts)
        self._covered_m2 = np.zeros(n_parts)
        self._units: dict[float, FloatArray] = {}
        if result.parcels is not None:
            self._measure(result.parcels)

    def _measure(self, parcels: gpd.GeoDataFrame) -> None:
        shapes = np.asarray(parcels.geometry.array, dtype=object)
        parts = np.asarray(self._result.parts.geometry.array, dtype=object)
        own = own_ground(shapes)
        part, parcel, inside_m2 = overlaps(parts, own)
        drawn_m2 = shapely.area(shapes)
        registered_m2 = registered_area_m2(parcels)
        share = inside_m2 / drawn_m2[parcel]
        own_m2 = registered_m2 * shapely.area(own) / drawn_m2
        n_parts = len(parts)
        self._covered_m2 = _summed(part, inside_m2, n_parts)
        self._registered_m2 = _summed(part, registered_m2[parcel] * share, n_parts)
        for basis in _BASES_ON_PARCELS:
            unit = _units(parcels, is_single=basis == PARCEL)
            unit_m2 = _summed(unit, own_m2, len(parcels))
            pairs = np.unique(np.column_stack([part, unit[parcel]]), axis=0)
            self._units[basis] = _summed(pairs[:, 0], unit_m2[pairs[:, 1]], n_parts)

    def ground(self, basis: FloatArray, plan: LongArray) -> RatioGround:
        """Give the ground of every part.

        Parameters
        ----------
        basis
            Basis of the ratio 1 to 4, nan where not stated, ``(n_parts,)``.
        plan
            Position of the plan the ratio is from, -1 where none.
        """
        inside_m2 = self._area_m2.copy()
        whole_m2 = np.full(len(inside_m2), np.nan)
        bound = np.full(len(inside_m2), "", dtype=object)
        is_whole = (basis == WHOLE_AREA) & (plan >= 0)
        whole_m2[is_whole] = self._plan_m2[plan[is_whole]]
        bound[np.isnan(basis)] = str(Reason("ratio_basis_not_stated"))
        is_covered = self._covered_m2 >= self._cover_share * self._area_m2
        for number in _BASES_ON_PARCELS:
            at = basis == number
            inside_m2[at & is_covered] = self._registered_m2[at & is_covered]
            if number in self._units:
                whole_m2[at & is_covered] = self._units[number][at & is_covered]
            bound[at & ~is_covered] = str(
                Reason("ratio_without_parcels", basis=int(number))
                if self._result.parcels is None
                else Reason("ratio_with_few_parcels", basis=int(number), share=self._cover_share)
            )
        return RatioGround(inside_m2, whole_m2, bound)

    def existing_m2(self, n_sites: int) -> FloatArray:
        """Sum the floor area that stands on the parcels of each site, nan where unknown [m2]."""
        parcels = self._result.parcels
        if parcels is None:
            return np.full(n_sites, np.nan)
        shapes = np.asarray(parcels.geometry.array, dtype=object)
        sites = np.asarray(self._result.sites.geometry.array, dtype=object)
        site, parcel, inside_m2 = overlaps(sites, own_ground(shapes))
        built_m2 = parcels["existing_floor_area_m2"].to_numpy(float, na_value=np.nan)
        share = inside_m2 / shapely.area(shapes)[parcel]
        # a parcel that only touches the site's edge says nothing about it
        is_part = share > 1 - self._cover_share
        site, parcel, share, inside_m2 = (
            array[is_part] for array in (site, parcel, share, inside_m2)
        )
        total = np.bincount(site, weights=built_m2[parcel] * share, minlength=n_sites)
        covered = np.bincount(site, weights=inside_m2, minlength=n_sites)
        is_known = covered >= self._cover_share * shapely.area(sites)
        return np.where(is_known, total, np.nan)


def _summed(group: LongArray, values: FloatArray, n_groups: int) -> FloatArray:
    return np.bincount(group, weights=values, minlength=n_groups).astype(np.float64)


def registered_area_m2(parcels: gpd.GeoDataFrame) -> FloatArray:
    """Return registered areas [m2], measured from the geometry where none is registered."""
    stated = parcels["area_m2"].to_numpy(float, na_value=np.nan)
    return np.where(np.isnan(stated), parcels.geometry.area.to_numpy(), stated)


def _units(parcels: gpd.GeoDataFrame, *, is_single: bool) -> LongArray:
    """Give every parcel its plot: each parcel alone, or a property's adjoining parcels together."""
    n = len(parcels)
    owner = parcels["property_id"]
    if is_single or owner.isna().all():
        return np.arange(n)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    shapes = np.asarray(parcels.geometry.array, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    codes = pd.factorize(owner)[0]
    same = (codes[left] == codes[right]) & (codes[left] >= 0)
    left, right = left[same], right[same]
    links = coo_matrix((np.ones(len(left)), (left, right)), shape=(n, n))
    return connected_components(links, directed=False)[1].astype(np.int64)
