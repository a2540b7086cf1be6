"""The ground of a study area in pieces that every rule takes whole or leaves whole.

All edges at once, those of plans, parcels, constraints, streets, rails and water, cut the study
area. What holds for a piece is asked of a point inside it, so that areas add up whatever rules are
laid over them, and in whatever order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.config import Land
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.land.constraints.ground import Shapes, constraint_grounds
from geo_planner.land.plans.readiness import part_stages
from geo_planner.land.plans.resolving import PlanResult, is_covered, resolve_plans
from geo_planner.packaged import packaged_rows
from geo_planner.region import Region
from geo_planner.sources.constraint_kinds import read_constraint_kinds

_READINGS = ("ruling", "if_adopted", "potential_if_adopted")
_CORNERS_PER_QUARTER = 4
_NOWHERE = -1


@dataclass(frozen=True)
class StudyGround:
    """Hold the pieces of a study area and what is known of each, ``(n_pieces,)``.

    Parameters
    ----------
    shapes, area_m2
        Polygons that do not overlap, and their areas [m2].
    stage
        Planning stage of the use, 1 to 5; nan where a plan lies there and does not say.
    has_plan
        Whether any plan in force or proposed lies there.
    is_excluded
        Whether a constraint that excludes building lies there.
    built_ratio
        Floor area that stands on the piece's parcel over the parcel's ground; nan where unknown.
    is_on_footprint
        Whether a building stands there, as footprints show; empty where there are none.
    is_cut
        Whether it is ground of a street, a railway or water.
    parcel
        Position of the piece's parcel, -1 where none.
    not_checked
        Kinds of constraint that exclude and that no source tells of.
    has_local_plans
        Whether the data hold any local plan: without, no right can be told.
    findings
        What was left out on the way.
    """

    shapes: Shapes
    area_m2: FloatArray
    stage: FloatArray
    has_plan: BoolArray
    is_excluded: BoolArray
    built_ratio: FloatArray
    is_on_footprint: BoolArray | None
    is_cut: BoolArray
    parcel: LongArray
    not_checked: tuple[str, ...]
    has_local_plans: bool
    findings: tuple[Finding, ...]


def study_ground(
    region: Region, use: str, land: Land, footprints: gpd.GeoSeries | None = None
) -> StudyGround:
    """Cut the study area of a region into pieces, and ask what holds in each.

    Parameters
    ----------
    region
        Region with plans; parcels, constraints, streets, rails and landscape as far as it has.
    use
        Use whose planning stage is asked for.
    land
        Settings of the plans.
    footprints
        Buildings, in the CRS of the region; None: none are known of.

    Raises
    ------
    InputError
        When the region has no plans, or neither a study area nor zones.
    """
    if not region.has("plans"):
        raise InputError(f"{region.path}: no plans; add a layer for the table 'plans'")
    outline = _outline(region)
    constraints = constraint_grounds(region, read_constraint_kinds())
    excluding = [ground for ground in constraints.read if ground.effect == "excludes"]
    excluded = _polygons(shape for ground in excluding for shape in ground.zones)
    strips = _strips(region, outline)
    parcels = region.geo_table("parcels")
    parcel_shapes = _array(parcels.geometry)
    buildings = _polygons(() if footprints is None else footprints)
    plans = region.geo_table("plans")
    edges = (_array(plans.geometry), parcel_shapes, excluded, strips, buildings)
    shapes = _pieces(outline, edges)
    points = shapely.point_on_surface(shapes)
    parcel = _first_around(points, parcel_shapes)
    resolved = _resolved(shapes, region, plans, land)
    read = {ground.kind for ground in excluding} - set(constraints.failures)
    kinds = read_constraint_kinds().values()
    return StudyGround(
        shapes=shapes,
        area_m2=shapely.area(shapes),
        stage=_by_piece(resolved, part_stages(resolved, use), len(shapes)),
        has_plan=_by_piece(
            resolved, np.any([is_covered(resolved, state) for state in _READINGS], axis=0),
            len(shapes),
        ).astype(bool),
        is_excluded=_first_around(points, excluded) >= 0,
        built_ratio=_built_ratio(parcels, parcel),
        is_on_footprint=None if footprints is None else _first_around(points, buildings) >= 0,
        is_cut=_first_around(points, strips) >= 0,
        parcel=parcel,
        not_checked=tuple(k.kind for k in kinds if k.effect == "excludes" and k.kind not in read),
        has_local_plans=resolved.has_local_plans,
        findings=(*resolved.findings, *constraints.findings),
    )  # fmt: skip


def _outline(region: Region) -> shapely.Geometry:
    """Unite the study area; where it is not given, the study's zones."""
    zones = region.geo_table("zones")
    for frame in (region.geo_table("study_area"), zones[zones["role"] == "study"]):
        outline = frame.geometry.union_all()
        if outline.area > 0:
            return outline
    raise InputError(f"{region.path}: no study area; add a layer for the table 'study_area'")


def _array(shapes: gpd.GeoSeries) -> Shapes:
    return np.asarray(shapes.array, dtype=object)


def _polygons(shapes: Iterable[shapely.Geometry]) -> Shapes:
    """List the polygons among shapes and within them; points and lines cover no ground."""
    parts = shapely.get_parts(shapely.get_parts(np.array([*shapes], dtype=object)))
    found: Shapes = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004 -- of a surface
    return found


def _strips(region: Region, outline: shapely.Geometry) -> Shapes:
    """Draw the ground that streets, rails and water take, as wide as the packaged widths."""
    width_m = {
        (row["table"], row["kind"]): float(row["width_m"]) for row in packaged_rows("finder_cuts")
    }
    kinds = {"streets": "road_class", "rails": "kind", "landscape": "kind"}
    near_m = max(width_m.values()) / 2
    drawn: list[Shapes] = []
    for table, column in kinds.items():
        rows = region.geo_table(table)
        rows = rows[rows.geometry.dwithin(outline, near_m)]
        if "is_tunnel" in rows:
            rows = rows[~rows["is_tunnel"].astype(bool)]
        widths = rows[column].map({kind: m for (name, kind), m in width_m.items() if name == table})
        shapes = _array(rows.geometry[widths.notna()])
        half_m = widths.dropna().to_numpy(float) / 2
        is_line = half_m > 0
        lines = shapely.buffer(shapes[is_line], half_m[is_line], quad_segs=_CORNERS_PER_QUARTER)
        drawn += [lines, shapes[~is_line]]
    return _polygons([shapely.union_all(np.concatenate(drawn))])


def _pieces(outline: shapely.Geometry, edges: Iterable[Shapes]) -> Shapes:
    """Cut an outline along all edges at once; pieces come in a settled order."""
    shapely.prepare(outline)
    touching = [shapes[shapely.intersects(shapes, outline)] for shapes in edges]
    lines = shapely.boundary(np.concatenate([np.array([outline], dtype=object), *touching]))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inside: Shapes = faces[shapely.contains(outline, shapely.point_on_surface(faces))]
    return shapely.normalize(inside)


def _first_around(points: Shapes, shapes: Shapes) -> LongArray:
    """Find for each point the first of the shapes that holds it, -1 where none does."""
    found = np.full(len(points), len(shapes), dtype=np.int64)
    point, shape = shapely.STRtree(shapes).query(points, predicate="intersects")
    np.minimum.at(found, point, shape)
    return np.where(found < len(shapes), found, _NOWHERE)


def _resolved(
    shapes: Shapes, region: Region, plans: gpd.GeoDataFrame, land: Land
) -> PlanResult:  # fmt: skip
    ids = [f"{number:07d}" for number in range(len(shapes))]
    pieces = gpd.GeoDataFrame({"site_id": ids}, geometry=shapes, crs=region.crs)
    return resolve_plans(pieces, plans, land=land)


def _by_piece(resolved: PlanResult, of_part: np.ndarray, n_pieces: int) -> FloatArray:
    """Take the value of each piece's largest part: rounding may leave slivers beside it."""
    order = np.argsort(resolved.parts["area_m2"].to_numpy(), kind="stable")
    values = np.full(n_pieces, np.nan)
    values[resolved.parts["site_idx"].to_numpy()[order]] = of_part[order]
    return values


def _built_ratio(parcels: gpd.GeoDataFrame, parcel: LongArray) -> FloatArray:
    floor_m2 = parcels["existing_floor_area_m2"].to_numpy(float, na_value=np.nan)
    ratio = floor_m2 / parcels.geometry.area.to_numpy()
    return np.where(parcel == _NOWHERE, np.nan, np.append(ratio, np.nan)[parcel])
