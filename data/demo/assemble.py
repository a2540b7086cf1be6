"""Put every line together, in a fixed order, and join it once."""

from functools import cache

from demo.circulation import without_traps
from demo.hinterland_streets import hinterland_streets
from demo.motorways import motorway_streets
from demo.network import Network, is_drivable, is_walkable
from demo.paths import (
    approach_paths,
    cycle_tracks,
    lanes_between,
    park_paths,
    station_links,
    stitch,
)
from demo.rail import platform_streets, track_streets
from demo.town import local_streets, main_road_streets, with_roundabouts


@cache
def network() -> Network:
    """Return the whole network: streets, paths, motorways and tracks over shared nodes."""
    streets = [
        *with_roundabouts([*main_road_streets(), *local_streets()]),
        *motorway_streets(),
        *hinterland_streets(),
        *cycle_tracks(),
        *lanes_between(),
        *approach_paths(),
        *park_paths(),
        *track_streets(),
        *platform_streets(),
    ]
    streets += station_links(streets)
    streets, _ = stitch(streets, is_drivable, {"highway": "residential", "maxspeed": "40"})
    _, joined = stitch(streets, is_walkable, {"highway": "footway", "bicycle": "yes"})
    return without_traps(joined)
