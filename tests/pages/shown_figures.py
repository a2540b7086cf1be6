"""What pages, briefs and tables of a run say, figure by figure, for comparing one with another."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from geo_planner.compare import compare_results
from geo_planner.compare.text import summary_of
from geo_planner.exports import sites_table
from geo_planner.pages.brief.page import render_brief
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.words.wording import Wording

BARE = PageAssets((), ())
_NUMBER = re.compile(r"[−-]?\d[\d\u202f]*(?:[.,]\d+)?")


class _Text(HTMLParser):
    """Take a page apart into one line of text a cell or paragraph."""

    _BREAKS = ("tr", "p", "li", "h1", "h2", "h3", "section", "td", "th", "b", "small", "span")

    def __init__(self):
        super().__init__()
        self.parts, self.data, self._inside = [], "", None

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self._inside = "data" if ("id", "gp-data") in attrs else "code"
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data):
        if self._inside == "data":
            self.data += data
        elif self._inside is None:
            self.parts.append(data)


def read_page(html):
    """Give the lines of a page, and the data its script reads."""
    reader = _Text()
    reader.feed(html)
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    return [line for line in lines if line], json.loads(reader.data or "{}")


def number_of(text):
    """Read the first number of a text, and the digits it is told by."""
    found = _NUMBER.search(str(text))
    assert found, f"no number in {text!r}"
    plain = found[0].replace("\u202f", "").replace("−", "-").replace(",", ".")
    return float(plain), len(plain.replace(".", "").strip("-0")) or 1


def after(lines, label):
    """Give the line that follows a label."""
    return lines[lines.index(label) + 1]


def in_totals(lines, label):
    """Give the first figure of a row of the totals, the last table that names the label."""
    return lines[len(lines) - lines[::-1].index(label)]


def assert_one_figure(name, places):
    """Require that a figure is the same wherever it stands, to the digits shown there."""
    told = {place: number_of(text) for place, text in places.items() if text is not None}
    assert len(told) > 1, (name, places)
    exact = max(told.values(), key=lambda pair: pair[1])[0]
    for place, (value, digits) in told.items():
        shown = float(f"{exact:.{digits}g}")
        step = 10.0 ** (len(str(int(abs(value)))) - digits) if value else 1.0
        assert value == pytest.approx(shown, abs=0.51 * step + 1e-9), (name, place, places)


def study_figures(result):
    """Collect the figures of one run by name and place; a comparison with itself is a place too."""
    overview, _ = read_page(render_overview(result, assets=BARE))
    map_lines, map_data = read_page(render_map(result, assets=BARE))
    same = compare_results(result, result)
    brief, _ = read_page(render_compare_brief(same, assets=BARE))
    compared, compare_data = read_page(render_compare(same, assets=BARE))
    totals = {key: row["a"] for key, row in same.totals.iterrows()}
    summary, measure = result.summary, map_data["measure"]
    words = view_of(result).words
    cards = {label: after(overview, label) for label in ("Residents", "Employed residents")}
    jobs = words("jobs_label")
    zones_note = next(line for line in map_lines if line.startswith("weighted by residents of"))
    figures = {
        "residents": {
            "card": cards["Residents"],
            "summary": summary["residents"],
            "totals": totals["zones", "population_count"],
            "comparison": in_totals(compared, "Residents"),
            "two pages": in_totals(brief, "Residents"),
            "classes": round(sum(number_of(row["text"])[0] for row in measure["classes"]), -1),
        },
        "workers": {
            "card": cards["Employed residents"],
            "summary": summary["workers"],
            "comparison": in_totals(compared, "Employed residents"),
        },
        "jobs": {
            "card": after(overview, jobs),
            "summary": summary["jobs"],
            "comparison": in_totals(compared, words("total_businesses_employees_count")),
        },
        "zones": {
            "card": after(overview, "Zones"),
            "summary": summary["zones"],
            "totals": totals["zones", "rows"],
            "map": zones_note,
        },
        "workplaces": {
            "card": _rows_in(overview[overview.index(jobs) + 2]),
            "summary": summary["businesses"],
            "comparison": in_totals(compared, words("total_businesses_rows")),
        },
        "mean": {
            "card": after(overview, measure["title"]),
            "map": measure["mean"],
            "comparison": compare_data["measure"]["cards"][0]["note"].removeprefix("A "),
            "json": summary_of(same)["people"]["mean_a"],
        },
    }
    if "At each site's stage" in overview:
        figures["jobs that fit"] = {
            "start page": after(overview, "At each site's stage"),
            "comparison": in_totals(compared, "Jobs that fit on sites, likely"),
            "totals": totals["sites", "jobs_likely"],
        }
    return figures


def _rows_in(unit):
    """Read how many rows a card is of, whether all of them state the figure or some."""
    return re.search(r"(?:at|of) ([\d\s]+?) \w+ of the study", unit)[1]


def rank_places(result):
    """Collect rank and points of every site by place."""
    _, data = read_page(render_sites_page(result, assets=BARE))
    _, map_data = read_page(render_map(result, assets=BARE))
    table = sites_table(result).set_index("site_id")
    places = {}
    for pages in (data, map_data):
        for site in pages["sites"]:
            place = places.setdefault(site["id"], [])
            place.append((site["rank"], round(site["low"], 6)))
    for site_id, row in table.iterrows():
        rank = None if row.isna()["rank"] else int(row["rank"])
        places[str(site_id)].append((rank, round(row["score_low"], 6)))
    return places


def brief_places(result):
    """Collect rank, points and jobs of every site, as its brief and the table say them."""
    table = sites_table(result).set_index("site_id")
    words = Wording("en")
    label = words("brief_rank_of", count=int(table["rank"].notna().sum()))
    places = {}
    for site_id, row in table[table["rank"].notna()].iterrows():
        lines = brief_lines(result, str(site_id))
        places[f"rank of {site_id}"] = {"brief": after(lines, label), "table": row["rank"]}
        points = next(line for line in lines if line.endswith(" of 100"))
        places[f"points of {site_id}"] = {"brief": points, "table": row["score_low"]}
        if pd.notna(row.get("jobs_likely")):
            jobs = after(lines, words("brief_new_jobs"))
            places[f"jobs of {site_id}"] = {"brief": jobs, "table": row["jobs_likely"]}
    return places


def brief_lines(result, site_id):
    """Give the lines of a site's brief."""
    return read_page(render_brief(result, site_id, assets=BARE))[0]


def gain_places(comparison):
    """Collect the residents who gain by place."""
    _, data = read_page(render_compare(comparison, assets=BARE))
    lines, _ = read_page(render_compare_brief(comparison, assets=BARE))
    measure = data["measure"]
    unchanged = next(i for i, row in enumerate(measure["by_change"]) if "no change" in row["label"])
    gains = [number_of(row["text"])[0] for row in measure["by_change"][:unchanged]]
    sentence = next(line for line in lines if "residents gain" in line)
    return {
        "card": measure["cards"][2]["value"],
        "bars": sum(gains),
        "sentence": sentence,
        "json": summary_of(comparison)["people"]["gaining"],
    }
