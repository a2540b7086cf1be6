"""Files with features read through GDAL, once it is sure that they are what their suffix says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo_planner.config import LayerLimits
from geo_planner.crs import WGS84
from geo_planner.errors import GeoPlannerError, InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.sizes import require_counts
from geo_planner.sources.vector.delimited import require_one_encoding
from geo_planner.sources.vector.formats import Format, require_format, unpacked
from geo_planner.sources.vector.geopackage import curved_rows, geopackage_layers, refuse_view
from geo_planner.words.english import sentence

GEOJSON_SUFFIXES = (".geojson", ".json")
_GEOJSON_CRS = re.compile(rb'"crs"\s*:\s*\{\s*"(?:type|properties)"\s*:')
_LAYERED = (".gml", ".kml")
_DBF_HEADER_SIZE = slice(8, 10)
_MAX_ERROR_CHARACTERS = 200
# what the readers of formats raise on damaged files: their own errors, and those of the language
_READER_FAULTS = (RuntimeError, ValueError, OverflowError, LookupError, TypeError, MemoryError)


@dataclass(frozen=True)
class Read:
    """Hold what a reader gave: rows, the suffix read, and what has to be said of it."""

    frame: pd.DataFrame
    suffix: str
    names_crs: bool = True
    encoding: str | None = None
    n_curved: int = 0

    def findings(self, title: str) -> Iterator[Finding]:
        """Report an encoding chosen by rule, and curves."""
        if self.encoding:
            words = Reason("layer_encoding", encoding=self.encoding)
            yield Finding(title, "read", len(self.frame), words)
        if self.n_curved:
            words = Reason("layer_curves")
            yield Finding(title, "repaired", self.n_curved, words)


def read_with_gdal(
    path: Path, layer: str | None, encoding: str | None, limits: LayerLimits
) -> Read:
    """Read one layer of a file, zipped or not.

    Raises
    ------
    SourceError
        When the file is unreadable, too large, or not what its suffix says.
    InputError
        When the layer is not there, or several are and none is named.
    """
    with unpacked(path, layer, limits) as (file, is_named):
        stated_format = require_format(path, file, limits)
        name = _layer_name(path, file, None if is_named else layer, stated_format)
        suffix = file.suffix.lower()
        is_unsaid = suffix == ".shp" and not encoding
        chosen = _shapefile_encoding(file) if is_unsaid else None
        frame = _rows(path, file, name, encoding or chosen, limits)
        names_crs = suffix not in GEOJSON_SUFFIXES or _names_crs(file, frame)
        return Read(frame, suffix, names_crs, chosen, curved_rows(file, name))


def _rows(
    path: Path, file: Path, layer: str, encoding: str | None, limits: LayerLimits
) -> pd.DataFrame:
    """Read a layer through GDAL, at most one row more than is allowed for."""
    options: dict[str, Any] = {"encoding": encoding} if encoding else {}
    if file.suffix.lower() == ".gml":
        options |= {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"}
    try:
        require_counts(path, limits, columns=len(pyogrio.read_info(file, layer=layer)["fields"]))
        return pyogrio.read_dataframe(
            file, layer=layer, max_features=min(limits.max_rows, _most_rows(file)) + 1, **options
        )
    except SourceError:
        raise
    except UnicodeDecodeError as error:
        raise SourceError(str(path), sentence("fault_text_encoding")) from error
    except (IndexError, KeyError) as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error
    except LookupError as error:
        raise InputError(
            sentence("fault_no_encoding", file=path.name, name=repr(encoding))
        ) from error
    except pyogrio.errors.GeometryError as error:
        raise _odd_geometry(path, error) from error
    except shapely.errors.ShapelyError as error:
        raise _odd_geometry(path, error) from error
    except _READER_FAULTS as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error


def _most_rows(file: Path) -> int:
    """Count the rows a file may hold: memory is set aside for all that are asked for.

    No row takes less than a byte; what a file says of its own rows may be wrong.
    """
    # a Shapefile or MapInfo table is several files of one name, in letters of either case
    name = file.stem.lower()
    parts = [part for part in file.parent.iterdir() if part.stem.lower() == name]
    return sum(part.stat().st_size for part in parts if part.is_file())


def _odd_geometry(path: Path, error: Exception) -> SourceError:
    return SourceError(
        str(path),
        sentence("fault_odd_shapes", error=str(error)[:_MAX_ERROR_CHARACTERS]),
    )


def _layer_name(path: Path, file: Path, layer: str | None, stated_format: Format) -> str:
    """Find the one layer, or the one named; a view is no layer."""
    try:
        names = _layer_names(path, file, stated_format)
    except GeoPlannerError:
        raise
    except pyogrio.errors.GeometryError as error:
        raise _odd_geometry(path, error) from error
    except _READER_FAULTS as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=str(error))) from error
    listed = ", ".join(sorted(names))
    if layer is not None and layer not in names:
        raise InputError(
            sentence("fault_no_layer", file=path.name, layer=repr(layer), listed=listed)
        )
    if layer is None and len(names) != 1:
        raise InputError(sentence("fault_name_layer", file=path.name, listed=listed))
    name = layer or names[0]
    if file.suffix.lower() == ".gpkg":
        refuse_view(file, name)
    return name


def _layer_names(path: Path, file: Path, stated_format: Format) -> list[str]:
    if file.suffix.lower() == ".gpkg":
        return geopackage_layers(file)
    if file.suffix.lower() in _LAYERED:
        return [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    return [_only_layer(path, file, stated_format)]


def _only_layer(path: Path, file: Path, stated_format: Format) -> str:
    """Name the layer of a file that holds one, and check which format GDAL takes it for."""
    info = pyogrio.read_info(file)
    if info["driver"] not in stated_format.drivers:
        raise SourceError(
            str(path),
            sentence(
                "fault_other_format",
                found=info["driver"],
                wanted=" or ".join(stated_format.drivers),
            ),
        )
    return str(info["layer_name"])


def _shapefile_encoding(path: Path) -> str | None:
    """Choose the encoding of a Shapefile that names none; None where a .cpg file names it."""
    beside = {item.suffix.lower(): item for item in path.parent.glob(f"{path.stem}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    content = beside[".dbf"].read_bytes()
    records = content[int.from_bytes(content[_DBF_HEADER_SIZE], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        require_one_encoding(path, records)
        return "cp1252"
    return "utf-8"


def _names_crs(path: Path, frame: pd.DataFrame) -> bool:
    """Tell whether a GeoJSON file has a ``crs`` member, wherever in the file it stands."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        return False
    if not frame.crs.equals(WGS84, ignore_axis_order=True):
        return True  # without the member it would be in degrees
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        return _GEOJSON_CRS.search(content) is not None
