"""What the class of a street closes to a mode, whatever source the street is from.

The defaults are those of the OpenStreetMap wiki (OSM tags for routing, access restrictions).
"""

NO_WALK = frozenset({"motorway", "motorway_link"})
NO_BICYCLE = frozenset(
    ["motorway", "motorway_link", "pedestrian", "footway", "corridor", "platform", "bridleway"]
)
NO_CAR = frozenset(
    ["pedestrian", "footway", "cycleway", "path", "track", "steps", "bridleway", "corridor",
     "platform"]
)  # fmt: skip
NEVER_BICYCLE = frozenset({"steps"})  # not even where a tag says so
