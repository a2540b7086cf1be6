"""Residents by how much their access changes, as the bars of the page and of the brief."""

from typing import Any

from geo_planner.compare import Comparison
from geo_planner.compare.people import NOTICED_SHARE, residents_by_change
from geo_planner.pages.drawing.measures import Scale
from geo_planner.palette import DIVERGING
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_NO_CHANGE_COLOUR = DIVERGING[len(DIVERGING) // 2]


def change_bars(
    comparison: Comparison, column: str, scale: Scale, words: Wording
) -> list[dict[str, Any]]:
    """Lay out residents by class of change, most gain first; gains sum to those who gain.

    Parameters
    ----------
    comparison
        The comparison.
    column
        Access measure.
    scale
        Scale of the difference, as on the map.
    words
        Words of the page.

    Returns
    -------
    list of dict
        ``label``, ``text`` (residents), ``width`` (share of the longest bar), ``colour`` (None:
        unknown), ``is_loss``; empty where nobody's home is known.
    """
    people = comparison.a.zones["population_count"]
    if people.isna().all():
        return []
    found = residents_by_change(comparison.zones, comparison.a.zones, column, scale.borders)
    middle = len(scale.borders) // 2
    labels = _class_labels(scale, words)
    coloured = list(zip(labels, found.classes, scale.colours, strict=True))
    least = scale.labels[middle] if scale.labels else ""
    small = [("up_to_more", found.small_gain), ("up_to_fewer", found.small_loss)]
    within = words("change_within", share=words.figure(NOTICED_SHARE, "share"))
    rows = [
        *((*row, False) for row in reversed(coloured[middle + 1 :])),
        *((words(key, figure=least), n, _NO_CHANGE_COLOUR, False) for key, n in small[:1] if n),
        (within, found.unchanged, _NO_CHANGE_COLOUR, False),
        *((words(key, figure=least), n, _NO_CHANGE_COLOUR, True) for key, n in small[1:] if n),
        *((*row, True) for row in reversed(coloured[:middle])),
        *([(words("unknown"), found.unknown, None, False)] if found.unknown else []),
    ]
    longest = max(1.0, *(count for _, count, _, _ in rows))
    return [
        {
            "label": label,
            "text": words.number(count),
            "width": round(count / longest, 4),
            "colour": colour,
            "is_loss": is_loss,
        }
        for label, count, colour, is_loss in rows
    ]


def _class_labels(scale: Scale, words: Wording) -> list[str]:
    labels = scale.labels
    if not labels:
        return [words("no_change")]
    inner = [words("from_to", low=labels[i], high=labels[i + 1]) for i in range(len(labels) - 1)]
    return [f"<{NO_BREAK_SPACE}{labels[0]}", *inner, f">{NO_BREAK_SPACE}{labels[-1]}"]
