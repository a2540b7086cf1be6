"""Make every file of the demo data: a synthetic town in Ballerup's real frame.

Run it from anywhere as `python data/make_demo.py`; it writes into the folder it lies in and takes
well under a minute. Same seed, same files. See data/README.md for what each file is.
"""

import logging
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from demo.bicycles import write_stations  # noqa: E402
from demo.bus_feed import bus_tables  # noqa: E402
from demo.feed import write_feed  # noqa: E402
from demo.layers import LAYERS  # noqa: E402
from demo.osm_file import write_osm  # noqa: E402
from demo.rasters import write_rasters  # noqa: E402
from demo.shapes import write_shapefile  # noqa: E402
from demo.train_feed import train_tables  # noqa: E402
from demo.yearly import write_tables  # noqa: E402

logger = logging.getLogger("make_demo")


def main() -> None:
    """Write all demo files beside this script."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for folder in ("osm", "gtfs", "gbfs", "shapefiles", "rasters", "tables"):
        (HERE / folder).mkdir(exist_ok=True)
    write_osm(HERE / "osm" / "ballerup_demo.osm.pbf")
    write_feed(HERE / "gtfs" / "demo_strain.zip", train_tables())
    write_feed(HERE / "gtfs" / "demo_bus.zip", bus_tables())
    write_stations(HERE / "gbfs" / "station_information.json")
    for name, make in LAYERS.items():
        write_shapefile(HERE / "shapefiles", name, make())
    write_rasters(HERE / "rasters")
    write_tables(HERE / "tables")


if __name__ == "__main__":
    main()
