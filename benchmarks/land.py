"""Land: plans over sites, for a country's worth of polygons, one thread.

Each subject replaces its own rows in out/bench/land.json and leaves the others'.
"""

import json
import resource
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.measuring import OUT, row, write
from geo_planner.land import resolve_plans, site_capacity, site_readiness
from geo_planner.schema import tables

FILE = "land.json"
N_SITES, N_PLANS = 10_000, 200_000
COUNTRY_M = 180_000.0
# per level: share of the plans, and how wide one is [m]; half of the corners are bent inwards
LEVELS = {
    "framework": (0.25, 800.0),
    "local_plan": (0.25, 450.0),
    "sub_area": (0.35, 250.0),
    "building_field": (0.15, 60.0),
}


def add_rows(rows):
    """Put rows into the file of this subject in place of those of the same name."""
    file = OUT / FILE
    old = json.loads(file.read_text())["rows"] if file.exists() else []
    names = {one["name"] for one in rows}
    write(FILE, [one for one in old if one["name"] not in names] + rows)


def ragged(centres, width_m, rng, n_corners=24):
    """Draw polygons of some corners round centres, as registers draw them."""
    angles = np.linspace(0, 2 * np.pi, n_corners, endpoint=False)
    radius_m = width_m * rng.uniform(0.35, 0.65, (len(centres), n_corners))
    corners = np.stack([radius_m * np.cos(angles), radius_m * np.sin(angles)], axis=-1)
    return shapely.polygons(corners + centres[:, None, :])


def town_centres(n, rng):
    """Gather plans about towns, as in a country, and not evenly over its ground."""
    towns = rng.uniform(0, COUNTRY_M, (400, 2))
    return towns[rng.integers(0, len(towns), n)] + rng.normal(0, 2500.0, (n, 2))


def made_up_country(rng):
    """Lay out sites and plans of every level, adopted and proposed."""
    frames = []
    for level, (share, width_m) in LEVELS.items():
        n = int(share * N_PLANS)
        area = level != "building_field"
        frames.append(
            gpd.GeoDataFrame(
                {
                    "plan_id": [f"{level[0]}{i}" for i in range(n)],
                    "level": level,
                    "part": 0,
                    "status": rng.choice(["adopted", "proposed"], n, p=[0.93, 0.07]),
                    "use_code": rng.choice([11, 21, 31, 41], n) if area else None,
                    "floor_area_ratio": rng.choice([0.4, 0.75, 1.1, np.nan], n) if area else np.nan,
                    "ratio_basis": rng.integers(1, 5, n) if area else None,
                    "max_floors": rng.choice([2.0, 3.0, 5.5, np.nan], n),
                    "max_floor_area_m2": np.nan if area else rng.uniform(1000, 9000, n),
                    "dated": "2015-06-15",
                },
                geometry=ragged(town_centres(n, rng), width_m, rng),
                crs=25832,
            )
        )
    plans = pd.concat(frames, ignore_index=True)
    for column in tables()["plans"].attributes:
        values = plans.get(column.name, pd.Series([None] * len(plans), dtype=object))
        plans[column.name] = values.astype(column.pandas_dtype)
    sites = gpd.GeoDataFrame(
        {"site_id": [f"s{i}" for i in range(N_SITES)], "existing_floor_area_m2": 1000.0},
        geometry=ragged(town_centres(N_SITES, rng), 300.0, rng),
        crs=25832,
    )
    return sites, plans


def main():
    """Measure and write the rows of plans and capacity."""
    sites, plans = made_up_country(np.random.default_rng(1))
    before_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    started, cpu = time.perf_counter(), time.process_time()
    result = resolve_plans(sites, plans)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    known = result.parts["ruling_use_code"].notna().mean()
    words = (
        f"{len(sites)} sites of 24 corners on {len(plans)} plans of four levels: overlay, ruling "
        f"plan of {len(result.parts)} parts by five readings ({known:.0%} with a known use)"
    )
    measures = {"cpu_s": round(cpu_s, 2), "peak_gb": round(peak_gb, 2)}
    measures["peak_before_gb"] = round(before_gb, 2)
    rows = [row("overlay_10000_sites_200000_plans", seconds, None, 1, words) | measures]
    started, cpu = time.perf_counter(), time.process_time()
    frame = site_capacity(result, uses=["office", "laboratory", "pharma_production"])
    site_readiness(result, pd.Series("office", index=result.site_ids()))
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    words = f"{len(frame)} rows: 3 uses, 5 readings, 2 variants; stages; after the overlay"
    measures = {
        "cpu_s": round(cpu_s, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }
    rows.append(row("capacity_of_10000_sites", seconds, None, 1, words) | measures)
    add_rows(rows)


if __name__ == "__main__":
    main()
