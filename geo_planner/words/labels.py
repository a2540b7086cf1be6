"""Labels of criteria and indicators outside a study, and where something stands in for jobs."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo_planner.packaged import ANY_COUNTRY, country_facts, described_countries
from geo_planner.words.wording import Wording

_GAP = re.compile(r",? \{\w+\}|\{\w+\}")


def plain_label(label: str) -> str:
    """Take the gaps for traffic and places out of a label, where no study fills them.

    Examples
    --------
    >>> plain_label("Minutes by car, {traffic}")
    'Minutes by car'
    >>> plain_label("Minutes to the city centre{city_centre}, median")
    'Minutes to the city centre, median'
    """
    return _GAP.sub("", label)


def country_words(country: str | None, words: Wording) -> str:
    """Say whose rules and speed limits hold.

    Examples
    --------
    >>> country_words("GB", Wording("en")), country_words("SE", Wording("da"))[:3]
    ('rules and speed limits of Great Britain', 'SE:')
    """
    if country is None or country == ANY_COUNTRY:
        return words("country_none")
    if country not in described_countries():
        return words("country_without_tables", country=country)
    return words("country_stated", country=country_facts(country)[f"name_{words.language}"])


def with_stand_in(frame: pd.DataFrame, head: Mapping[str, Any], kind: str) -> pd.DataFrame:
    """Give the labels of a table the words of what stands in for jobs.

    Parameters
    ----------
    frame
        Rows with the columns ``label_en`` and ``label_da``, by id in the index or column ``id``.
    head
        Head of the study, as a region holds it.
    kind
        ``criterion`` or ``indicator``.

    Examples
    --------
    >>> frame = pd.DataFrame({"label_en": ["Jobs"], "label_da": ["Job"]}, index=["cluster_jobs_15"])
    >>> shops = {"en": ["shop", "shops"], "da": ["butik", "butikker"]}
    >>> with_stand_in(frame, {"jobs_stand_in": shops}, "criterion")["label_en"].iloc[0]
    'Shops of the cluster within 15 min by bicycle'
    """
    if not len(frame) or head.get("jobs_stand_in") is None:
        return frame
    ids = frame.get("id", frame.index)
    labels = {}
    for language in ("en", "da"):
        words = Wording.of_study({**head, "language": language})
        column = f"label_{language}"
        labels[column] = [
            words.label(f"{kind}_{row}", label)
            for row, label in zip(ids, frame[column], strict=True)
        ]
    return frame.assign(**labels)
