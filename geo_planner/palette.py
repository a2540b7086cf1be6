"""Colours of maps and pages, each list checked for colour-blind readers by the tests.

Neighbours of a ramp differ by at least 8 (CIEDE2000) and any two of a category set by at least
7.5, under normal, deutan, protan and tritan vision. Saturated colour belongs to results; the base
map is warm grey.
"""

from collections.abc import Mapping
from types import MappingProxyType

INK = "#17232D"
INK_2 = "#46545F"
INK_3 = "#5B6771"
PAGE = "#F6F7F5"
PANEL = "#FFFFFF"
ACCENT = "#0B5D73"
ACCENT_WEAK = "#E3EFF2"
GOOD = ("#17614A", "#E4F2EC")
WARN = ("#8A5A00", "#FDF3DC")
BAD = ("#9B2F1F", "#FBE9E5")

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    (INK, PAGE), (INK_2, PANEL), (INK_3, PANEL), (INK_3, PAGE), (INK_3, ACCENT_WEAK),
    (ACCENT, PANEL), ("#FFFFFF", ACCENT), ("#FFFFFF", INK), GOOD, WARN, BAD,
)  # fmt: skip

SEQUENTIAL_6 = ("#F3EFBE", "#A5D0A4", "#5FB3A8", "#318FA4", "#27648E", "#243A70")
SEQUENTIAL: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        1: SEQUENTIAL_6[2:3],
        2: (SEQUENTIAL_6[0], SEQUENTIAL_6[4]),
        3: (SEQUENTIAL_6[0], SEQUENTIAL_6[2], SEQUENTIAL_6[4]),
        4: (*SEQUENTIAL_6[:3], SEQUENTIAL_6[4]),
        5: (*SEQUENTIAL_6[:3], *SEQUENTIAL_6[4:]),
        6: SEQUENTIAL_6,
    }
)
DIVERGING = ("#8F3B0A", "#C8702A", "#EEB982", "#EBE8E1", "#A9CBE0", "#4C8FBD", "#17507F")

# dark is near: the eye goes to where one starts
ISOCHRONES = ("#4A1454", "#A3366F", "#E57B6C", "#F8CFA0")

EDITED = "#B0126B"
REMOVED_EDIT = "#8F3B0A"

RASTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "elevation_m": ("#F2EBD3", "#D9C59A", "#BC9A66", "#96703F", "#6C4A2A", "#40281A"),
        "flood_depth_m": ("#D3E7F2", "#8DBEDD", "#3F86BC", "#17507F"),
        "noise_lden_db": ("#F7E6C4", "#F2B277", "#DD6A5B", "#A3366F", "#4A1454"),
    }
)

CRITERIA = ("#0B5D73", "#7F9FD8", "#D9A032", "#C95D4F", "#E3D7B0", "#C2C9CC")

CLUSTERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "life_science": ("#12856A", "circle"),
        "finance": ("#2F4F9E", "square"),
        "it": ("#DF8A2E", "diamond"),
        "other": ("#9AA2A7", "dot"),
    }
)

PLAN_USES: Mapping[int, str] = MappingProxyType(
    {
        11: "#F6C667", 21: "#E2894A", 31: "#9A86C9", 41: "#C8464B", 51: "#8CBF7F",
        61: "#FBE9A9", 71: "#E79DBD", 81: "#8F969B", 91: "#DFE8C8", 96: "#C9C6BD",
    }
)  # fmt: skip

CONSTRAINTS: Mapping[str, str] = MappingProxyType(
    {"excludes": "#9B2F1F", "limits": "#D9A032", "informs": "#5A7FA8"}
)

GROUND = "#F4F2EC"
LAND: Mapping[str, str] = MappingProxyType(
    {
        "built_up": "#E7E3D9",
        "business": "#DEDBDC",
        "wood": "#D3DFC7",
        "sport": "#DBE7CD",
        "park": "#DBE7CD",
        "wetland": "#D9E5DF",
    }
)


def darker(colour: str, share: float = 0.25) -> str:
    """Return a colour darkened by a share, for outlines of its own fill.

    Examples
    --------
    >>> darker("#804020", 0.5)
    '#402010'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part * (1 - share)):02X}" for part in parts)


def ramp(n_classes: int) -> tuple[str, ...]:
    """Return the colours of a sequential scale, light for little [1 to 6 classes]."""
    return SEQUENTIAL[max(1, min(n_classes, len(SEQUENTIAL_6)))]


def raster_ramp(quantity: str, n_classes: int) -> tuple[str, ...]:
    """Return the colours of a raster's classes, light for little [1 to 6 classes].

    Examples
    --------
    >>> raster_ramp("flood_depth_m", 2)
    ('#D3E7F2', '#17507F')
    """
    own = RASTERS.get(quantity, ())
    if n_classes > len(own):
        return ramp(n_classes)
    last = len(own) - 1
    return tuple(own[round(i * last / max(1, n_classes - 1))] for i in range(n_classes))
