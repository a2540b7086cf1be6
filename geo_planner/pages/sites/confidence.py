"""How sure a site's rank is, as the sites page draws it: a column per rank, and words below."""

import json
from dataclasses import dataclass

import pandas as pd

from geo_planner.pages.drawing.view import View
from geo_planner.words.wording import EN_DASH

SHARES = "rank_shares_simplex"
MOST_COLUMNS = 20
_MOSTLY = 0.5
_TOP = 3


@dataclass(frozen=True)
class RankConfidence:
    """Hold the ranks one site had under random weightings.

    Parameters
    ----------
    words
        The one line to keep in mind, such as "top 3 in 93 %".
    spoken
        The same with the span of ranks, for those who do not see the columns.
    heights
        Height of the column of each rank [per cent of the highest]; empty where the sites are too
        many for columns.
    mode
        Place of the highest column.
    span
        Left end and width of nine draws in ten [per cent of all ranks].
    """

    words: str
    spoken: str
    heights: tuple[float, ...]
    mode: int
    span: tuple[float, float]


def rank_confidence(view: View, row: pd.Series, n_ranked: int) -> RankConfidence | None:
    """Read how a site's rank fared; None where it has no rank or none was drawn."""
    first = row.get("first_share_simplex")
    if first is None or pd.isna(first) or not n_ranked:
        return None
    low, high = int(row["rank_p05_simplex"]), int(row["rank_p95_simplex"])
    shares = _shares(row, n_ranked)
    highest = max(shares, default=0.0)
    span = view.words("sure_span", ranks=str(low) if low == high else f"{low}{EN_DASH}{high}")
    words = _line(view, float(first), float(row["top3_share_simplex"]), n_ranked) or span
    return RankConfidence(
        words=words,
        spoken=words if words == span else f"{words}; {span}",
        heights=tuple(round(100 * share / highest, 1) for share in shares) if highest else (),
        mode=shares.index(highest) if shares else 0,
        span=(100 * (low - 1) / n_ranked, 100 * (high - low + 1) / n_ranked),
    )


def _line(view: View, first: float, top3: float, n_ranked: int) -> str | None:
    """Say first or top three where more than half of the weightings agree."""
    if first >= _MOSTLY:
        return view.words("sure_first", share=view.words.figure(first, "share"))
    if top3 >= _MOSTLY and n_ranked > _TOP:
        return view.words("sure_top3", share=view.words.figure(top3, "share"))
    return None


def _shares(row: pd.Series, n_ranked: int) -> list[float]:
    text = row.get(SHARES)
    if n_ranked > MOST_COLUMNS or not isinstance(text, str):
        return []
    by_rank = json.loads(text)
    return [float(by_rank.get(str(rank), 0.0)) for rank in range(1, n_ranked + 1)]
