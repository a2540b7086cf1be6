"""Rows that an open quote swallows stop the reading; rows and cells may have any length."""

import pytest

from geo_planner.errors import SourceError
from geo_planner.sources.gtfs.files import Notes, read_cells

STOPS = b"stop_id,stop_name,stop_lat,stop_lon\n" + b"".join(
    b"s%d,Stop,55.7,12.4\n" % n for n in range(230)
)
ASKED = {"numbers": ("stop_lat", "stop_lon"), "wanted": ("stop_id", "stop_lat", "stop_lon")}


def read(content, **options):
    notes = Notes("feed.zip", **options)
    return read_cells(content, "stops.txt", notes, **ASKED), notes.findings


def with_stray_quote(row):
    lines = STOPS.split(b"\n")
    lines[row] = lines[row].replace(b"Stop", b'"Stop')
    return b"\n".join(lines)


def test_a_stray_quote_that_swallows_most_stops_is_refused_with_its_row():
    words = r"quote that is not closed in row 1 swallows 229 of 230 .* max_lost_share = 0\.996"
    with pytest.raises(SourceError, match=words):
        read(with_stray_quote(1))


def test_the_share_that_may_be_lost_is_a_setting():
    frame, findings = read(with_stray_quote(220), max_lost_share=0.1)
    assert len(frame) == 220
    assert [(one.kind, one.count) for one in findings if one.kind == "left_out"] == [
        ("left_out", 10)
    ]
    with pytest.raises(SourceError, match="in row 220 swallows 10 of 230"):
        read(with_stray_quote(220), max_lost_share=0.01)


def test_a_description_of_several_lines_is_no_lost_row():
    content = STOPS.replace(b"Stop", b'"Two\nlines"')
    frame, findings = read(content)
    assert (len(frame), findings) == (230, [])


def test_a_cell_longer_than_any_buffer_is_read():
    frame, _ = read(STOPS + b"x," + b"y" * 5_000_000 + b",55.7,12.4\n")
    assert len(frame) == 231


def test_a_short_row_beside_a_word_for_a_number_is_read():
    frame, findings = read(STOPS + b"short\nx,Stop,abc,12.4\n")
    assert len(frame) == 232
    assert frame["stop_lat"].isna().sum() == 2
    assert {one.kind for one in findings} == {"repaired"}


def test_an_open_quote_in_the_header_is_refused():
    with pytest.raises(SourceError, match=r"header of stops\.txt cannot be read"):
        read(b'"stop_id,stop_name\n1,2\n')
