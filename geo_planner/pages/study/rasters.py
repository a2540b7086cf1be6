"""Rasters on the map: small pictures coloured by class, each with a switch and a legend.

The region holds class numbers; colours are given here, by putting another palette into the PNG.
Nothing is drawn where there is no data, nor where a count or a depth is zero.
"""

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.leaflet import PictureOverlay
from geo_planner.pages.drawing.measures import Scale, border_labels
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.overlays import Layers
from geo_planner.palette import raster_ramp
from geo_planner.quantities import Quantity, quantity_of
from geo_planner.words.wording import Wording

_SIGNATURE_BYTES = 8
_CHUNK = struct.Struct(">I4s")
_GROUND = {"fill": "#E7E3D9", "stroke": "#CDD3D1"}


def add_rasters(layers: Layers, view: View) -> None:
    """Add every raster of the region, off at the start."""
    for row in view.region.table("raster_overlays").to_dict("records"):
        quantity = quantity_of(str(row["quantity"]))
        name = f"raster_{row['overlay_id']}".replace("-", "_")
        label = quantity_label(quantity, view.words)
        scale = _scale(row, quantity, view.words)
        switch = layers.switch(name, label, name, on=False)
        layers.add(
            PictureOverlay(
                name,
                data_uri(str(row["image"]), scale.colours),
                ((row["south"], row["west"]), (row["north"], row["east"])),
                alt=label,
                show=False,
            )
        )
        words = "raster_zero" if quantity.is_clear_at_zero else "raster_no_data"
        symbols = [legend.symbol(view.words(words), **_GROUND)]
        layers.parts.append(
            legend.part(label, scale.unit, scale=scale, symbols=symbols, switch=switch)
        )


def quantity_label(quantity: Quantity, words: Wording) -> str:
    """Name a quantity in words; one not known by name, by its name without the unit."""
    spoken = quantity.name.rpartition("_")[0].replace("_", " ")
    return quantity.labels.get(words.language) or spoken[:1].upper() + spoken[1:]


def _scale(row: Mapping[str, Any], quantity: Quantity, words: Wording) -> Scale:
    text = row["breaks"]
    borders = [float(part) for part in text.split()] if isinstance(text, str) else []
    unit = words.unit(quantity.unit)
    if quantity.is_count:
        side = row["cell_m"]
        unit = (
            words("raster_per_cell", unit=unit)
            if pd.isna(side)
            else words("raster_per_cell_of", unit=unit, size=words.number(side))
        )
    colours = raster_ramp(quantity.name, len(borders) + 1)
    return Scale(tuple(borders), colours, tuple(border_labels(borders, words)), unit)


def data_uri(image: str, colours: Sequence[str]) -> str:
    """Colour a picture of class numbers and make it part of the page.

    Parameters
    ----------
    image
        PNG in base64 whose pixels are class numbers, 0 for nothing.
    colours
        Colour of the first class, the second, ...
    """
    content = base64.b64decode(image)
    rgb = bytes(3) + b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in colours)
    recoloured = bytearray(content[:_SIGNATURE_BYTES])
    for kind, body in _chunks(content):
        if kind == b"PLTE":
            recoloured += _chunk(b"PLTE", rgb) + _chunk(b"tRNS", bytes(1))
        elif kind != b"tRNS":
            recoloured += _chunk(kind, body)
    return "data:image/png;base64," + base64.b64encode(bytes(recoloured)).decode("ascii")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = _SIGNATURE_BYTES
    while place < len(content):
        size, kind = _CHUNK.unpack_from(content, place)
        start = place + _CHUNK.size
        yield kind, content[start : start + size]
        place = start + size + 4


def _chunk(kind: bytes, body: bytes) -> bytes:
    return _CHUNK.pack(len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))
