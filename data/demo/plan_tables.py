"""What the plans say: hand-drawn tables of local plans, sub-areas, building fields and rules.

A rule is (use, ratio per cent, basis of the ratio, floors, height [m], least and greatest
environmental class); what a plan does not say is None.
"""

from typing import NamedTuple

from demo.areas import BLOCKS, CENTRE, ROWS, VILLA, VILLAGE
from demo.frame import Pairs

ADOPTED = "V"
PROPOSED = "F"


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
    VILLA: Rule(11, 30, 3, 2, 8.5),
    ROWS: Rule(11, 40, 1, 2, 8.5),
    BLOCKS: Rule(11, 80, 1, 4, 15),
    VILLAGE: Rule(21, 30, 3, 1.5, 8.5, 1, 2),
    CENTRE: Rule(41, 130, 1, 5, 20, 1, 2),
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

# Plan number, floors, height [m] and floor area [m2] of each building field along the plan.
FIELDS: tuple[tuple[str, tuple[tuple[float, float | None, int | None], ...]], ...] = (
    ("173", ((6, 26, 14_500), (6, 26, 12_000), (4, None, 9_000))),
    ("186", ((9, 36, 12_600), (12, 48, 15_800), (15, 60, 18_900))),
    ("190", ((4, 20, 16_000), (4, 20, None))),
    ("201", ((5, 24, 21_000), (5, 24, 21_000), (3, 15, None))),
    ("194", ((5.5, 22, 11_200), (5.5, 22, 9_600))),
    ("198", ((6, 24, 13_400), (5.5, 22, None))),
)
