"""A study of Lyngby from real streets and S-trains, with stand-ins for what is not at hand."""

from pathlib import Path

import geopandas as gpd

from geo_planner.config import Study, read_study

STUDY = """
[study]
country = "DK"
id = "lyngby"
name = "Lyngby-Taarbæk"
crs = "EPSG:25832"
badge = "Stand-ins for population, workplaces and sites"

[travel]
depart = 2023-09-06T07:30:00   # a Wednesday

[[sources.osm]]
path = "{data}/lyngby/lyngby_gentofte_2022-11-23.osm.gz"

[[sources.gtfs]]
path = "{data}/ballerup/strain_gtfs_2023.zip"
credit = "Derived from timetables of Rejseplanen, 2023, CC BY 4.0"

[[sources.layers]]
table = "study_area"
path = "{data}/ballerup/municipalities.gpkg"
keep = {{ municipality_code = ["0173"] }}
fields = {{ area_id = "municipality_code", name = "name" }}
credit = "DAGI 2014"

[[sources.layers]]
table = "zones"
path = "zones.gpkg"
note = "stand-in: residents by built-up area"
credit = "GeoFA land use"

[[sources.layers]]
table = "businesses"
path = "businesses.gpkg"
note = "stand-in: points of interest, one job each"
credit = "© OpenStreetMap contributors"

[[sources.layers]]
table = "sites"
path = "sites.gpkg"
note = "stand-in: areas in business use"
credit = "GeoFA land use"
"""

M2_PER_RESIDENT = {"Lav bebyggelse": 250.0, "Høj bebyggelse": 80.0}
WORKERS_SHARE = 0.5


def lyngby_study(data: Path, folder: Path) -> Study:
    """Write the study file and its stand-in layers into a folder, and read it."""
    land = gpd.read_parquet(
        data / "ballerup" / "land_use.parquet", columns=["type", "komkode", "geometry"]
    )
    land = land[land["komkode"] == "0173"].explode(ignore_index=True)
    homes = land[land["type"].isin(M2_PER_RESIDENT)]
    residents = homes.area / homes["type"].map(M2_PER_RESIDENT)
    zones = homes.assign(
        zone_id=[f"z{i}" for i in range(len(homes))],
        population_count=residents,
        workers_count=residents * WORKERS_SHARE,
    )
    zones.to_file(folder / "zones.gpkg")
    works = land[land["type"] == "Erhverv"]
    sites = works.loc[works.area.sort_values(ascending=False, kind="stable").index[:10]]
    sites = sites.assign(site_id=[f"s{i}" for i in range(len(sites))], name=sites["type"])
    sites.to_file(folder / "sites.gpkg")
    pois = gpd.read_file(data / "ballerup" / "osm_pois_2019.gpkg").to_crs(25832)
    pois = pois[pois["key"].isin(["amenity", "shop", "craft"])].clip(land.total_bounds)
    shops = pois.assign(business_id=pois["osm_id"].astype(str), employees_count=1.0)
    shops[["business_id", "name", "employees_count", "geometry"]].to_file(
        folder / "businesses.gpkg"
    )
    study = folder / "lyngby.toml"
    study.write_text(STUDY.format(data=data), "utf-8")
    return read_study(study)
