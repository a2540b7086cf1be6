"""Plan layers with the national plan register's field names: frameworks to building fields.

Use codes (`anvgen`): 11 homes, 21 mixed, 31 business, 41 centre, 51 recreation, 71 public, 81
technical, 91 countryside. `bebygpctaf` says what the ratio is a share of: 1 the area as a whole,
2 the property, 3 the plot, 4 the parcel. Gaps are left as gaps: null where a plan is silent.
"""

import itertools
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from demo.areas import BUILT, PARKS, Area, built_parts
from demo.frame import MUNICIPALITY_CODE, area, municipality, rng_for
from demo.plan_tables import (
    ADOPTED,
    BUSINESS_RULES,
    FIELDS,
    NO_FRAMEWORK,
    OTHER_PLANS,
    PROPOSED,
    SITE_PLANS,
    SUBAREAS,
    TEXTURE_RULES,
    LocalPlan,
    Rule,
)
from demo.shapes import layer
from demo.sites import SITES

FIRST_FRAMEWORK_ID = 9_100_001
FIRST_PLAN_ID = 9_200_001
FIRST_SUBAREA_ID = 9_300_001
FIRST_FIELD_ID = 9_400_001


def _link(plan_id: int) -> str:
    return f"https://example.org/plan/{plan_id}.pdf"


def _area_rule(built: Area) -> Rule:
    if built.use == "business":
        return BUSINESS_RULES[built.name]
    return TEXTURE_RULES[built.texture]


@cache
def _parts() -> dict[str, Polygon]:
    town = municipality()
    return {b.name: p.intersection(town) for b, p in zip(BUILT, built_parts(), strict=True)}


def _one(ground: shapely.Geometry) -> Polygon:
    return max(shapely.get_parts(ground), key=lambda part: part.area)


@cache
def framework_layer() -> gpd.GeoDataFrame:
    """Return the municipal plan's frameworks, two of them proposals."""
    rows: list[dict[str, object]] = []
    polygons: list[Polygon] = []
    drawn = [
        (b.name, _one(_parts()[b.name]), _area_rule(b), "1", ADOPTED)
        for b in BUILT
        if b.name not in NO_FRAMEWORK
    ]
    parks = {name: area(ring) for name, _, ring in PARKS}
    built_up = shapely.union_all(list(_parts().values()))
    for name in ("Ballerup Idrætspark", "Ballerup Ådal", "Søparken"):
        ground = _one(parks[name].intersection(municipality()).difference(built_up))
        drawn.append((name, ground, Rule(51), "1", ADOPTED))
    drawn += [
        (site.name, site.polygon, rule, zone, status)
        for site, rule, zone, status in (
            (_site("S03"), Rule(41, 130, 1, 5, 20, 1, 2), "1", ADOPTED),
            (_site("S13"), Rule(91, None, None, None, None), "3", ADOPTED),
            (_site("S06"), Rule(21, 120, 1, 5, 20, 1, 3), "1", PROPOSED),
            (_site("S08"), Rule(31, 110, 1, 5, 24, 1, 5), "1", PROPOSED),
        )
    ]
    for i, (name, polygon, rule, zone, status) in enumerate(drawn):
        plan_id = FIRST_FRAMEWORK_ID + i
        rows.append(
            {
                "planid": plan_id,
                "plannr": f"{rule.use // 10}.{_letter(rule.use)}{i + 1}",
                "plannavn": name,
                "komnr": MUNICIPALITY_CODE,
                **_limits(rule),
                "miljomin": rule.env_min,
                "miljomax": rule.env_max,
                "zone": zone,
                "planstatus": status,
                "doklink": _link(plan_id),
                "datovedt": 20240429 if status == ADOPTED else None,
            }
        )
        polygons.append(polygon)
    return layer(rows, polygons)


def _site(site_id: str) -> object:
    return next(s for s in SITES if s.site_id == site_id)


def _letter(use: int) -> str:
    return {11: "B", 21: "BE", 31: "E", 41: "C", 51: "R"}.get(use, "L")


def _limits(rule: Rule) -> dict[str, object]:
    return {
        "anvgen": rule.use, "bebygpct": rule.ratio, "bebygpctaf": rule.basis,
        "maxetager": None if rule.floors is None else float(rule.floors),
        "maxbygnhjd": None if rule.height_m is None else float(rule.height_m),
    }  # fmt: skip


@cache
def _local_plans() -> tuple[tuple[LocalPlan, Polygon], ...]:
    rng = rng_for("local plans")
    drawn = []
    for plan in SITE_PLANS:
        ring = plan.ground
        polygon = _site(ring).polygon if isinstance(ring, str) else area(ring)
        drawn.append((plan, polygon))
    sites = shapely.union_all([s.polygon.buffer(15.0) for s in SITES])
    by_name = {b.name: b for b in BUILT}
    for number, name in OTHER_PLANS:
        rule = _loosened(_area_rule(by_name[name]), rng)
        status = PROPOSED if number >= "195" else ADOPTED
        dated = int(19_760_000 + 10_000 * (int(number) // 4)) + 100 * int(rng.integers(1, 12)) + 15
        label = f"{by_name[name].district}: en del af {name}"
        polygon = _slice(_parts()[name].difference(sites), rng)
        drawn.append((LocalPlan(number, label, "", rule, status, dated), polygon))
    return tuple(sorted(drawn, key=lambda pair: pair[0].number))


def _loosened(rule: Rule, rng: np.random.Generator) -> Rule:
    """Forget some of an area's limits: older plans say less."""
    ratio = rule.ratio if rng.random() < 0.72 else None
    return rule._replace(
        ratio=ratio,
        basis=None if ratio is None else rule.basis,
        floors=rule.floors if rng.random() < 0.7 else None,
        height_m=rule.height_m if rng.random() < 0.8 else None,
    )


def _slice(ground: shapely.Geometry, rng: np.random.Generator) -> Polygon:
    part = _one(ground)
    frame = shapely.oriented_envelope(part)
    west, south, east, north = frame.bounds
    cut = west + (east - west) * rng.uniform(0.45, 0.7)
    half = rotate(box(west - 500, south - 500, cut, north + 500), rng.uniform(-25, 25))
    piece = _one(part.intersection(half))
    return piece.simplify(5.0)


@cache
def local_plan_layer() -> gpd.GeoDataFrame:
    """Return the local plans, adopted and proposed; two adopted ones overlap and disagree."""
    rows = []
    for i, (plan, _) in enumerate(_local_plans()):
        plan_id = FIRST_PLAN_ID + i
        rows.append(
            {
                "planid": plan_id,
                "plannr": plan.number,
                "plannavn": plan.name,
                **_limits(plan.rule),
                "zonestatus": "1",
                "kompleks": int(plan.is_complex),
                "doklink": _link(plan_id),
                "status": plan.status,
                "datovedt": plan.dated if plan.status == ADOPTED else None,
            }
        )
    return layer(rows, [polygon for _, polygon in _local_plans()])


def sub_area_layer() -> gpd.GeoDataFrame:
    """Return sub-areas that cut some local plans across, each with a rule of its own."""
    rows: list[dict[str, object]] = []
    polygons: list[Polygon] = []
    numbers = [plan.number for plan, _ in _local_plans()]
    for number, cuts, rules in SUBAREAS:
        plan, polygon = _local_plans()[numbers.index(number)]
        for k, (part, rule) in enumerate(zip(_across(polygon, cuts), rules, strict=True)):
            plan_id = FIRST_SUBAREA_ID + len(rows)
            parent = FIRST_PLAN_ID + numbers.index(number)
            rows.append(
                {
                    "planid": plan_id,
                    "delnr": "ABCD"[k],
                    "lp_plannr": number,
                    "plannavn": f"{plan.name}, delområde {'ABCD'[k]}",
                    **_limits(rule),
                    "zonestatus": "1",
                    "kompleks": 0,
                    "doklink": _link(parent),
                    "status": plan.status,
                    "datovedt": plan.dated if plan.status == ADOPTED else None,
                }
            )
            polygons.append(part)
    return layer(rows, polygons)


def _across(polygon: Polygon, cuts: tuple[float, ...]) -> list[Polygon]:
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygon))[:4]
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    start = int(np.argmax(sides[:2]))
    a, b = corners[start], corners[(start + 1) % 4]
    other = corners[(start + 2) % 4] - b
    marks = (-0.1, *cuts, 1.1)
    parts = []
    for low, high in itertools.pairwise(marks):
        p, q = a + low * (b - a), a + high * (b - a)
        strip = Polygon([p - other, q - other, q + 2 * other, p + 2 * other])
        parts.append(_one(polygon.intersection(strip)))
    return parts


def building_field_layer() -> gpd.GeoDataFrame:
    """Return building fields: turned boxes inside their local plan."""
    rows: list[dict[str, object]] = []
    polygons: list[Polygon] = []
    numbers = [plan.number for plan, _ in _local_plans()]
    for number, fields in FIELDS:
        plan, polygon = _local_plans()[numbers.index(number)]
        marks = np.linspace(0.0, 1.0, len(fields) + 1)[1:-1]
        for part, (floors, height, floor_area) in zip(
            _across(polygon, tuple(marks)), fields, strict=True
        ):
            rows.append(
                {
                    "planid": FIRST_FIELD_ID + len(rows),
                    "lp_plannr": number,
                    "maxetager": float(floors),
                    "maxbygnhjd": height,
                    "eareal": floor_area,
                    "doklink": _link(FIRST_PLAN_ID + numbers.index(number)),
                    "status": plan.status,
                    "datovedt": plan.dated if plan.status == ADOPTED else None,
                }
            )
            polygons.append(_field(part))
    return layer(rows, polygons)


def _field(part: Polygon) -> Polygon:
    inner = _one(part.buffer(-16.0))
    return _one(shapely.oriented_envelope(inner).buffer(-8.0).intersection(inner))
