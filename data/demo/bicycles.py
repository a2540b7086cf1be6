"""Stations of shared bicycles, all invented: at the S-train and among workplaces."""

import json
from pathlib import Path

import numpy as np

from demo.frame import HOME_STATIONS, metres, station_points, to_degrees

_VERSION, _LAST_UPDATED = "2.3", 1_767_222_000  # 1 January 2026
_DECIMALS = 6
_CAPACITY = {"Ballerup": 40, "Malmparken": 30}
_SMALL = 16
# east of and north of the station's point [m]
_BESIDE_M = (25.0, 35.0)
# name, place [hm], bicycles
_PLACES = (
    ("Lautrupvang", 125.4, 118.6, 24), ("Lautrupbjerg", 127.0, 118.4, 24),
    ("Lautruphøj", 126.0, 120.6, 24), ("Lautrup Syd", 125.2, 115.2, 20),
    ("Teknisk Skole", 124.6, 113.6, 20), ("Lautrupparken", 127.4, 120.4, 16),
    ("Skovlunde Øst", 138.2, 99.6, 12),
)  # fmt: skip


def write_stations(path: Path) -> None:
    """Write them as an operator would: station_information.json of GBFS."""
    placed = [
        (f"{name} St.", station_points()[name] + _BESIDE_M, _CAPACITY.get(name, _SMALL))
        for name in HOME_STATIONS
    ]
    placed += [(name, metres([(x, y)])[0], room) for name, x, y, room in _PLACES]
    places = to_degrees(np.array([xy for _, xy, _ in placed]))
    stations = [
        {
            "station_id": f"{number:02d}",
            "name": f"{name} (demo)",
            "lat": round(float(latitude), _DECIMALS),
            "lon": round(float(longitude), _DECIMALS),
            "capacity": room,
            "is_virtual_station": False,
        }
        for number, ((name, _, room), (longitude, latitude)) in enumerate(
            zip(placed, places, strict=True), start=1
        )
    ]
    content = {
        "last_updated": _LAST_UPDATED, "ttl": 0, "version": _VERSION,
        "data": {"stations": stations},
    }  # fmt: skip
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
