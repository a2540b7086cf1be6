"""What all settings share: frozen sections, provenance, and the words for modes and roles."""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["walk", "bicycle", "ebike", "car", "transit", "transit+bicycle", "park_and_ride"]
MODES: tuple[Mode, ...] = get_args(Mode)
USUAL_MODES: tuple[Mode, ...] = ("walk", "bicycle", "car", "transit")
TRANSIT_MODES: tuple[Mode, ...] = ("transit", "transit+bicycle", "park_and_ride")
Role = Literal["study", "hinterland"]
Percentile = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


class Settings(BaseModel):
    """Refuse unknown keys; never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Provenance(Settings):
    """Say where a source comes from; shown on maps and exports."""

    credit: str | None = Field(None, description="Credit line shown on every map and export.")
    licence: str | None = Field(None, description="Licence of the data.")
    retrieved_at: date | None = Field(None, description="Day the data were fetched.")

    @property
    def label(self) -> str:
        """Name of the source in messages: its file and layer, or its server."""
        path, layer = getattr(self, "path", None), getattr(self, "layer", None)
        name = path.name if path else str(getattr(self, "overpass_url", ""))
        return f"{name} ({layer})" if layer else name
