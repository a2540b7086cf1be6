"""Criteria by name: in a few words, with the place of this region where one is meant."""

from geo_planner.region import Region
from geo_planner.words.wording import Wording

_CENTRE = "city_centre"


def criterion_words(region: Region, words: Wording, key: str, prefix: str = "short") -> str | None:
    """Name a criterion; None where it is one of the study's own.

    Parameters
    ----------
    region
        Region whose places are meant.
    words
        Words of the page.
    key
        Criterion.
    prefix
        ``short`` for lists, ``column`` for heads of columns.
    """
    phrase = words.phrases.get(f"{prefix}_{key}")
    return phrase.format(place=centre_name(region, words)) if phrase else None


def centre_name(region: Region, words: Wording) -> str:
    """Name the city centre that times are measured to; in general words where there are several."""
    places = region.table("places")
    names = places.loc[places["kind"] == _CENTRE, "name"]
    return str(names.iloc[0]) if len(names) == 1 else words(f"brief_kind_{_CENTRE}")
