"""Where a source is fetched from: an address, the service that answers there, the key it wants."""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import Provenance
from geo_planner.errors import SourceError

Service = Literal["file", "wfs", "ogc_features", "arcgis"]
_HOST = re.compile(r"^[A-Za-z0-9.\-\[\]:]+$")


class Fetchable(Provenance):
    """Read a source from a file, or fetch that file from an address first."""

    url: str | None = Field(
        None,
        description="Address the source is fetched from, in place of a file; `fetch` and `build` "
        "keep what came outside the study.",
    )
    key_env: str | None = Field(
        None,
        pattern=r"^[A-Z][A-Z0-9_]*$",
        description="Environment variable that holds the key of the server; the key itself stands "
        "in no file.",
    )
    key_parameter: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
        description="Parameter of the address that carries the key, such as apikey; by default a "
        "header carries it (Authorization: Bearer).",
    )
    around_m: float = Field(
        2_000, ge=0, description="Ground around the study area that is fetched too [m]."
    )
    is_required: bool = Field(
        default=True,
        description="Whether nothing is built without it; false: it is left out where it cannot "
        "be fetched, and every page says so.",
    )

    @field_validator("url")
    @classmethod
    def _require_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname
        if not is_address or "@" in parts.netloc or not _HOST.match(parts.netloc):
            msg = "write an address such as https://example.org/data.zip, without names and keys"
            raise ValueError(msg)
        return url

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        names = [name for name in ("path", "url", "overpass_url") if hasattr(self, name)]
        if sum(getattr(self, name) is not None for name in names) != 1:
            msg = f"give either {' or '.join(names)}"
            raise ValueError(msg)
        if self.url is None and (self.key_env or self.key_parameter or not self.is_required):
            msg = "key_env, key_parameter and is_required go with url"
            raise ValueError(msg)
        if self.key_parameter and not self.key_env:
            msg = "key_parameter goes with key_env, which names where the key is"
            raise ValueError(msg)
        return self

    @property
    def file(self) -> Path:
        """File to read.

        Raises
        ------
        SourceError
            When the source has an address and was not fetched.
        """
        path: Path | None = getattr(self, "path", None)
        if path is None:
            raise SourceError(self.label, "not fetched yet: run geo-planner fetch first")
        return path
