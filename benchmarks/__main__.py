"""Run all measurements: ``python -m benchmarks``."""

import sys

from benchmarks import (
    car_matrix,
    inputs,
    land,
    scale,
    scenarios,
    siting,
    streets,
    table,
    transit,
    warm_start,
)
from benchmarks.measuring import DATA

if __name__ == "__main__":
    if not DATA.is_dir():
        sys.exit(f"no real extracts to measure on: {DATA} is missing")
    streets.main()
    car_matrix.main()
    transit.main()
    inputs.main()
    land.main()
    siting.main()
    scenarios.main()
    scale.main()
    warm_start.main()
    table.main()
