"""Writing result tables: CSV, GeoParquet, GeoPackage or GeoJSON by the file's ending.

Text files are UTF-8; unreachable and unknown are empty. Every export carries the credits of the
data: in the file where the format has a place for it, else in ``CREDITS.txt`` beside it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.analysis.ranking_table import ranking_table
from geo_planner.errors import InputError
from geo_planner.exports.formulas import guarded_frame
from geo_planner.exports.gdal import layer_written
from geo_planner.exports.geojson import feature_collection
from geo_planner.folders import written_beside
from geo_planner.words.frames import frame_in_words

if TYPE_CHECKING:
    from geo_planner.analysis import AnalysisResult

CREDITS_FILE = "CREDITS.txt"
TABLE_SUFFIXES = (".csv", ".parquet")
SUFFIXES = (*TABLE_SUFFIXES, ".gpkg", ".geojson")


def ledger_path(out: Path) -> Path:
    """Name the snap ledger that lies beside a result file."""
    return out.with_name(f"{out.stem}_snaps.csv")


def require_suffix(out: Path, suffixes: Sequence[str]) -> None:
    """Refuse a file name whose ending is no format that can be written; ask before long work.

    Raises
    ------
    InputError
        When the ending is none of those.
    """
    if out.suffix not in suffixes:
        raise InputError(f"{out}: unknown format; the file must end in {', '.join(suffixes)}")
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name a file")


def write_table(
    frame: pd.DataFrame, out: Path, credit_lines: Sequence[str], *, language: str = "en"
) -> None:
    """Write a frame in the format of the file's ending, under a temporary name first.

    Parameters
    ----------
    frame
        Rows; infinite values are written as empty.
    out
        ``.csv``, ``.parquet``, ``.gpkg`` or ``.geojson``.
    credit_lines
        Credit lines of the data.
    language
        Language of reasons; ``.parquet``, for programs, keeps their codes and figures.

    Raises
    ------
    InputError
        When the ending is none of these, or a geometry format gets no geometry.
    """
    writers: dict[str, Callable[[pd.DataFrame, Path], None]] = {
        ".csv": _write_csv,
        ".parquet": lambda f, file: f.to_parquet(file, index=False),
        ".gpkg": _write_vector("GPKG", out.stem),
        ".geojson": _write_geojson(credit_lines),
    }
    require_suffix(out, SUFFIXES)
    out.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(out) as temporary:
        shown = frame if out.suffix == ".parquet" else frame_in_words(frame, language)
        writers[out.suffix](finite(shown), temporary)
    write_credits(out, credit_lines)


def finite(frame: pd.DataFrame) -> pd.DataFrame:
    """Take unreachable as unknown: other programs know no infinite number."""
    floats = frame.select_dtypes("floating").columns
    endless = [name for name in floats if np.isinf(frame[name].to_numpy(float)).any()]
    return frame.assign(
        **{name: frame[name].replace([np.inf, -np.inf], np.nan) for name in endless}
    )


def csv_text(frame: pd.DataFrame, *, has_header: bool = True) -> str:
    """Write the attributes of a frame as CSV that no spreadsheet runs as formulas."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return str(guarded_frame(plain).to_csv(index=False, header=has_header, lineterminator="\n"))


def write_credits(out: Path, credit_lines: Sequence[str]) -> None:
    """Write the credits of the data beside a result file."""
    if credit_lines:
        (out.parent / CREDITS_FILE).write_text("\n".join(credit_lines) + "\n", "utf-8")


def _write_csv(frame: pd.DataFrame, file: Path) -> None:
    file.write_text(csv_text(frame), "utf-8")


def _write_vector(driver: str, layer: str) -> Callable[[pd.DataFrame, Path], None]:
    def write(frame: pd.DataFrame, file: Path) -> None:
        places = _require_places(frame, driver)
        with layer_written(file):
            places.to_file(file, driver=driver, layer=layer)

    return write


def _write_geojson(credit_lines: Sequence[str]) -> Callable[[pd.DataFrame, Path], None]:
    def write(frame: pd.DataFrame, file: Path) -> None:
        places = _require_places(frame, "GeoJSON")
        file.write_text(feature_collection(places, credit_lines), "utf-8")

    return write


def _require_places(frame: pd.DataFrame, driver: str) -> gpd.GeoDataFrame:
    if isinstance(frame, gpd.GeoDataFrame):
        return frame
    raise InputError(f"this table has no geometry: write it as .csv or .parquet, not {driver}")


def sites_table(result: "AnalysisResult") -> gpd.GeoDataFrame:
    """Lay out the ranking: site_id, score, rank, then each criterion with its contribution."""
    return ranking_table(result.sites, result.criteria)
