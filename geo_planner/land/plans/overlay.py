"""Laying plan polygons over sites: parts that lie under the same plans from edge to edge.

Sites are cut by every plan edge that crosses them, round by round: the first plan of all sites at
once, then the second, and so on. Which plans hold in a part is asked of a point inside it.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_planner.arrays import FloatArray, LongArray
from geo_planner.crs import require_metric, require_same

Shapes = npt.NDArray[np.object_]

_TOUCH_M2 = 0.01


@dataclass(frozen=True)
class PlanOverlay:
    """Hold the parts of sites and the plans over each.

    Parameters
    ----------
    shapes, site_idx, area_m2
        Polygon of each part, position of its site, ground area [m2], ``(n_parts,)``.
    joined_m2
        Ground of each site in slivers that were joined to the part beside them [m2],
        ``(n_sites,)``.
    sliver_m2
        Ground of each site in slivers beside no other part, left out [m2], ``(n_sites,)``.
    part_idx, plan_idx
        Pairs: this plan lies over this part, ``(n_pairs,)``, in order of parts.
    """

    shapes: Shapes
    site_idx: LongArray
    area_m2: FloatArray
    joined_m2: FloatArray
    sliver_m2: FloatArray
    part_idx: LongArray
    plan_idx: LongArray


def overlay_plans(
    sites: gpd.GeoDataFrame, plans: gpd.GeoDataFrame, *, sliver_width_m: float = 1.0
) -> PlanOverlay:
    """Cut sites along the edges of plans.

    Parameters
    ----------
    sites, plans
        Polygons in one metric CRS.
    sliver_width_m
        Parts that are nowhere wider are slivers of drawing, however large their site: each is
        joined to the part of its site with which it shares the longest edge [m].

    Raises
    ------
    CRSError
        When the layers differ in CRS or it is not metric.
    """
    require_metric(require_same(sites, plans))
    shapes = np.asarray(sites.geometry.array, dtype=object)
    polygons = np.asarray(plans.geometry.array, dtype=object)
    parts, site_idx = _cut(shapes, polygons)
    whole_m2 = np.bincount(site_idx, weights=shapely.area(parts), minlength=len(shapes))
    # which plans hold is asked of what a part was before slivers were joined to it
    parts, site_idx, inside, joined_m2 = _join_slivers(parts, site_idx, sliver_width_m, len(shapes))
    area_m2 = shapely.area(parts)
    sliver_m2 = whole_m2 - np.bincount(site_idx, weights=area_m2, minlength=len(shapes))
    part_idx, plan_idx = _sorted_pairs(inside, polygons)
    return PlanOverlay(
        parts, site_idx, area_m2, joined_m2, sliver_m2.clip(min=0), part_idx, plan_idx
    )


def _join_slivers(
    parts: Shapes, owner: LongArray, width_m: float, n_sites: int
) -> tuple[Shapes, LongArray, Shapes, FloatArray]:
    """Join slivers to their neighbours, outward from the parts that are none.

    Returns
    -------
    tuple
        Parts, whose they are, a point inside each as it was drawn, and ground joined by site [m2].
    """
    points = shapely.point_on_surface(parts)
    is_sliver = shapely.is_empty(shapely.buffer(parts, -width_m / 2))
    # a site that is narrow itself is no sliver of drawing
    is_sliver &= (np.bincount(owner[~is_sliver], minlength=n_sites) > 0)[owner]
    joined_m2 = np.zeros(n_sites)
    parts = parts.copy()
    while is_sliver.any():
        sliver, host = _hosts(parts, owner, is_sliver)
        if not len(sliver):
            break
        joined_m2 += np.bincount(owner[sliver], shapely.area(parts[sliver]), minlength=n_sites)
        for at in np.unique(host):
            parts[at] = shapely.union_all([parts[at], *parts[sliver[host == at]]])
        kept = np.ones(len(parts), dtype=bool)
        kept[sliver] = False
        parts, points = parts[kept], points[kept]
        owner, is_sliver = owner[kept], is_sliver[kept]
    return parts[~is_sliver], owner[~is_sliver], points[~is_sliver], joined_m2


def _hosts(parts: Shapes, owner: LongArray, is_sliver: np.ndarray) -> tuple[LongArray, LongArray]:
    """Find for each sliver the part of its site, itself none, with the longest edge in common."""
    slivers, others = np.flatnonzero(is_sliver), np.flatnonzero(~is_sliver)
    left, right = _sorted_pairs(parts[slivers], parts[others])
    left, right = slivers[left], others[right]
    same = owner[left] == owner[right]
    left, right = left[same], right[same]
    edge_m = shapely.length(shapely.intersection(parts[left], parts[right]))
    order = np.lexsort((right, -edge_m, left))
    left, right, edge_m = left[order], right[order], edge_m[order]
    first = np.append(True, np.diff(left) > 0)[: len(left)] & (edge_m > 0)
    return left[first], right[first]


def overlaps(left: Shapes, right: Shapes) -> tuple[LongArray, LongArray, FloatArray]:
    """Measure where polygons of two sets overlap.

    Parameters
    ----------
    left, right
        Polygons in one metric CRS.

    Returns
    -------
    tuple
        Position in ``left``, position in ``right`` and shared area [m2], in order of ``left``.
    """
    left_idx, right_idx = _sorted_pairs(left, right)
    shared_m2 = shapely.area(shapely.intersection(left[left_idx], right[right_idx]))
    is_real = shared_m2 > _TOUCH_M2
    return left_idx[is_real], right_idx[is_real], shared_m2[is_real]


def own_ground(shapes: Shapes) -> Shapes:
    """Take from every shape what shapes before it cover, so that no ground counts twice."""
    first, second, _ = overlaps(shapes, shapes)
    is_later = first < second
    first, second = first[is_later], second[is_later]
    own = shapes.copy()
    for at in np.unique(second):
        covered = shapely.union_all(shapes[first[second == at]])
        own[at] = shapely.difference(shapes[at], covered)
    return own


def union_m2(shapes: Shapes, group: LongArray) -> FloatArray:
    """Measure the ground of each shape's group, where its shapes overlap once [m2]."""
    total_m2 = np.bincount(group, weights=shapely.area(shapes)).astype(float)
    for number in np.flatnonzero(np.bincount(group) > 1):
        total_m2[number] = shapely.union_all(shapes[group == number]).area
    return np.asarray(total_m2[group])


def _sorted_pairs(left: Shapes, right: Shapes) -> tuple[LongArray, LongArray]:
    """Find meeting polygons, in order of both positions, so that equal input gives equal output."""
    pairs = shapely.STRtree(right).query(left, predicate="intersects")
    order = np.lexsort((pairs[1], pairs[0]))
    return pairs[0][order].astype(np.int64), pairs[1][order].astype(np.int64)


def _cut(shapes: Shapes, polygons: Shapes) -> tuple[Shapes, LongArray]:
    """Cut every shape along the polygons that cross it; return parts and whose they are."""
    site_idx, plan_idx = _sorted_pairs(shapes, polygons)
    pieces = shapely.intersection(shapes[site_idx], polygons[plan_idx])
    piece_m2 = shapely.area(pieces)
    crosses = (piece_m2 > _TOUCH_M2) & (piece_m2 < shapely.area(shapes)[site_idx] - _TOUCH_M2)
    site_idx, pieces = site_idx[crosses], pieces[crosses]
    starts = np.searchsorted(site_idx, np.arange(len(shapes)))
    turn = np.arange(len(site_idx)) - starts[site_idx]
    done = [
        (
            shapes[(counts := np.bincount(site_idx, minlength=len(shapes))) == 0],
            np.flatnonzero(counts == 0),
        )
    ]
    parts, owner = shapes[counts > 0], np.flatnonzero(counts > 0)
    for k in range(int(counts.max(initial=0))):
        is_over = counts[owner] <= k
        done.append((parts[is_over], owner[is_over]))
        parts, owner = parts[~is_over], owner[~is_over]
        knife = np.empty(len(shapes), dtype=object)
        at_turn = turn == k
        knife[site_idx[at_turn]] = pieces[at_turn]
        parts, owner = _cut_once(parts, owner, knife[owner])
    done.append((parts, owner))
    every, whose = (np.concatenate(arrays) for arrays in zip(*done, strict=True))
    order = np.argsort(whose, kind="stable")
    return every[order], whose[order].astype(np.int64)


def _cut_once(parts: Shapes, owner: LongArray, knife: Shapes) -> tuple[Shapes, LongArray]:
    inside = shapely.intersection(parts, knife)
    inside_m2 = shapely.area(inside)
    is_split = (inside_m2 > _TOUCH_M2) & (inside_m2 < shapely.area(parts) - _TOUCH_M2)
    outside = shapely.difference(parts[is_split], knife[is_split])
    return (
        np.concatenate([parts[~is_split], inside[is_split], outside]),
        np.concatenate([owner[~is_split], owner[is_split], owner[is_split]]),
    )
