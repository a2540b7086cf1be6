"""Plan layers with the national plan register's field names: frameworks to building fields.

Use codes (`anvgen`): 11 homes, 21 mixed, 31 business, 41 centre, 51 recreation, 71 public, 81
technical, 91 countryside. `bebygpctaf` says what the ratio is a share of: 1 the area as a whole,
2 the property, 3 the plot, 4 the parcel. Gaps are left as gaps: null where a plan is silent.
"""

import itertools
from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from demo.areas import BUILT, PARKS, Area, built_parts
from demo.frame import MUNICIPALITY_CODE, Pairs, area, municipality, rng_for
from demo.shapes import layer
from demo.sites import SITES

ADOPTED = "V"
PROPOSED = "F"
FIRST_FRAMEWORK_ID = 9_100_001
FIRST_PLAN_ID = 9_200_001
FIRST_SUBAREA_ID = 9_300_001
FIRST_FIELD_ID = 9_400_001


class Rule(NamedTuple):
    """What a plan allows: use, ratio and its basis, floors, height, environmental class."""

    use: int
    ratio: int | None = None
    basis: int | None = None
    floors: float | None = None
    height_m: float | None = None
    env_min: int | None = None
    env_max: int | None = None


TEXTURE_RULES = {
    ("homes", "VILLA"): Rule(11, 30, 3, 2, 8.5),
    ("homes", "ROWS"): Rule(11, 40, 1, 2, 8.5),
    ("homes", "BLOCKS"): Rule(11, 80, 1, 4, 15),
    ("homes", "VILLAGE"): Rule(21, 30, 3, 1.5, 8.5, 1, 2),
    ("centre", "CENTRE"): Rule(41, 130, 1, 5, 20, 1, 2),
}
BUSINESS_RULES = {
    "Lautrup Nord": Rule(31, 110, 2, 6, 26, 1, 3),
    "Lautrup Syd": Rule(31, 100, 2, 6, 26, 1, 3),
    "Hold-an Vej": Rule(31, None, None, None, None, 2, 4),
    "Tempovej": Rule(31, 110, 2, 6, 26, 1, 4),
    "Malmparken": Rule(31, 75, 3, 3, 14, 2, 5),
    "Industriparken": Rule(31, 60, 3, 3, 13, 3, 6),
    "Kildedal": Rule(31, 90, 1, 4, 20, 1, 5),
    "Måløv Erhverv": Rule(21, 100, 1, 4, 17, 1, 3),
    "Skovlunde Nord": Rule(31, 60, 3, 3, 12, 2, 5),
    "Skovlunde Øst": Rule(31, 75, 3, 3, 14, 2, 5),
}
# Small homes areas without a framework of their own in the demo.
NO_FRAMEWORK = (
    "Skovlunde Have", "Bybjerget", "Egebjerg", "Stationskvarteret", "Torvekvarteret",
    "Platankvarteret", "Måløv Syd", "Sømosekvarteret", "Østerhøj Nord",
)  # fmt: skip


class LocalPlan(NamedTuple):
    """A local plan as drawn: number, name, ground (a site id or a ring), rule, status, date."""

    number: str
    name: str
    ground: str | Pairs
    rule: Rule
    status: str
    dated: int
    is_complex: bool = False


SITE_PLANS: tuple[LocalPlan, ...] = (
    LocalPlan("173", "Erhverv ved Tempovej", "S01", Rule(31, 90, 2, 6, 26, 1, 4), ADOPTED,
              20180226, is_complex=True),
    LocalPlan("071", "Malmparken Øst", "S02", Rule(31, 60, 3, 3, 14, 2, 4), ADOPTED, 19960912),
    LocalPlan("164", "Laboratorier ved Malmparken", (
        (129.4, 109.9), (133, 109.2), (133, 107.8), (130.9, 106.5), (129.3, 106.8),
    ), Rule(31, 95, 1, 5, 22, 1, 5), ADOPTED, 20141127),
    LocalPlan("198", "Ballerup Station Syd", "S03", Rule(21, 150, 1, 5.5, 22, 1, 2), PROPOSED,
              20250623),
    LocalPlan("121", "Borupvang Syd", "S04", Rule(31, 60, 3, 4, 17, 1, 3), ADOPTED, 20060530),
    LocalPlan("186", "Lautruphøj", "S05", Rule(31, 100, 1, 15, 60, 1, 2), ADOPTED, 20210426,
              is_complex=True),
    LocalPlan("152", "Lautrupbjerg", "S07", Rule(31, 85, 4, 5.5, 24, 1, 3), ADOPTED, 20120924),
    LocalPlan("190", "Kildedal Nord, første etape", (
        (66.3, 138.6), (69.5, 139), (70.6, 138.85), (70.9, 140), (65.8, 139.7),
    ), Rule(31, 80, 1, 4, 20, 2, 5), ADOPTED, 20220131, is_complex=True),
    LocalPlan("201", "Kildedal Nord, anden etape", (
        (70.6, 138.85), (72.9, 138.4), (74.9, 136.7), (76.1, 135.3), (76.2, 138.6), (73.9, 140.2),
        (70.9, 140),
    ), Rule(31, 95, 1, 4, 20, 2, 5), PROPOSED, 20251027),
    LocalPlan("194", "Kildedal Station", "S10", Rule(21, 120, 1, 5.5, 22, 1, 2), ADOPTED, 20230522),
    LocalPlan("034", "Skovlunde Byvej", "S11", Rule(31, 40, 3, None, 8.5, 2, 5), ADOPTED, 19840315),
    LocalPlan("088", "Industriparken", "S12", Rule(31, 50, 3, None, 12, 3, 6), ADOPTED, 19990621),
)  # fmt: skip
# Local plans cut from the areas themselves: area, share of its length, rule of the area.
OTHER_PLANS: tuple[tuple[str, str], ...] = (
    ("012", "Skovlunde Syd"), ("018", "Skovvej"), ("021", "Hede"), ("027", "Grantoften"),
    ("031", "Egebjerg Nord"), ("039", "Måløv Nord"), ("042", "Magleparken"), ("048", "Malmparken"),
    ("053", "Skovlunde Centrum"), ("057", "Egebjerggård"), ("063", "Hedegården"),
    ("066", "Måløv Øst"), ("076", "Skovlunde Nord"), ("081", "Præstevænget"), ("093", "Søndergård"),
    ("097", "Lautrup Nord"), ("102", "Måløv Bymidte"), ("108", "Ågerup"), ("114", "Rugvænget"),
    ("127", "Ballerup Centrum"), ("133", "Måløv Skovby"), ("139", "Østerhøj"),
    ("145", "Skovlunde Øst"), ("149", "Kildedal"), ("158", "Lautrup Syd"), ("169", "Pederstrup"),
    ("178", "Ejbyvang"), ("203", "Kildedal By"),
)  # fmt: skip


def _link(plan_id: int) -> str:
    return f"https://example.org/plan/{plan_id}.pdf"


def _area_rule(built: Area) -> Rule:
    if built.use == "business":
        return BUSINESS_RULES[built.name]
    from demo import areas

    texture = next(
        name
        for name in ("VILLA", "ROWS", "BLOCKS", "CENTRE", "VILLAGE")
        if getattr(areas, name) is built.texture
    )
    return TEXTURE_RULES[built.use, texture]


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


# Plan number, how the plan is cut (share of its length), and the rule of each sub-area.
SUBAREAS: tuple[tuple[str, tuple[float, ...], tuple[Rule, ...]], ...] = (
    ("173", (0.35, 0.7), (Rule(31, 110, 2, 6, 26), Rule(31, 90, 2, 5, 22), Rule(31, 60, 2, 3, 15))),
    ("186", (0.3, 0.6), (
        Rule(31, 140, 1, 15, 60), Rule(31, 100, 1, 9, 36), Rule(31, 60, 1, 4, 17),
    )),
    ("190", (0.5,), (Rule(31, 100, 1, 4, 20), Rule(31, 60, 1, 3, 15))),
    ("201", (0.4, 0.75), (
        Rule(31, 110, 1, 5, 24), Rule(31, 90, 1, 4, 20), Rule(31, None, None, 2),
    )),
    ("194", (0.55,), (Rule(21, 150, 1, 5.5, 22), Rule(21, 90, 1, 4, 17))),
    ("198", (0.5,), (Rule(21, 180, 1, 6, 24), Rule(11, 120, 1, 4, 17))),
    ("152", (0.5,), (Rule(31, 85, 4, 5.5, 24), Rule(31, None, None, 4, 18))),
    ("127", (0.3, 0.6), (Rule(41, 150, 1, 6, 24), Rule(41, 130, 1, 5, 20), Rule(11, 90, 1, 4, 15))),
    ("158", (0.5,), (Rule(31, 110, 2, 6, 26), Rule(31, 80, 2, 4, 18))),
    ("145", (0.5,), (Rule(31, 60, 3, 3, 12), Rule(31, 50, 3, 2, 10))),
    ("093", (0.6,), (Rule(11, 45, 1, 2, 8.5), Rule(11, 60, 1, 3, 11))),
)  # fmt: skip


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


# Plan number, floors, height [m] and floor area [m2] of each building field along the plan.
FIELDS: tuple[tuple[str, tuple[tuple[float, float | None, int | None], ...]], ...] = (
    ("173", ((6, 26, 14_500), (6, 26, 12_000), (4, None, 9_000))),
    ("186", ((9, 36, 12_600), (12, 48, 15_800), (15, 60, 18_900))),
    ("190", ((4, 20, 16_000), (4, 20, None))),
    ("201", ((5, 24, 21_000), (5, 24, 21_000), (3, 15, None))),
    ("194", ((5.5, 22, 11_200), (5.5, 22, 9_600))),
    ("198", ((6, 24, 13_400), (5.5, 22, None))),
)


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
