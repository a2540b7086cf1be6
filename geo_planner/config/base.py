"""What all settings share: frozen sections, provenance, and the words for modes and roles."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo_planner.errors import ConfigError

Mode = Literal["walk", "bicycle", "ebike", "car", "transit", "transit+bicycle", "park_and_ride"]
MODES: tuple[Mode, ...] = get_args(Mode)
USUAL_MODES: tuple[Mode, ...] = ("walk", "bicycle", "car", "transit")
TRANSIT_MODES: tuple[Mode, ...] = ("transit", "transit+bicycle", "park_and_ride")
Role = Literal["study", "hinterland"]
Percentile = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


STUDY_KEYS = "study-keys.md"
_LONGEST_SHOWN = 200

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


class Refusing(ModelMetaclass):
    """Say what is wrong with values written in Python in an error of ours."""

    if not TYPE_CHECKING:

        def __call__(cls, *given: Any, **named: Any) -> Any:  # noqa: N805 -- of a class of classes
            """Make a value, or say all that is wrong with it."""
            try:
                return super().__call__(*given, **named)
            except ValidationError as error:
                raise cls.refusal([problem_of(item) for item in error.errors()]) from error


def leave_examples_out(schema: dict[str, Any]) -> None:
    """Keep of a docstring in a JSON schema what stands before its examples."""
    if "description" in schema:
        schema["description"] = schema["description"].partition("\n\nExamples\n")[0]


class Settings(BaseModel, metaclass=Refusing):
    """Refuse unknown keys; never change once read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        json_schema_extra=leave_examples_out,
    )

    @classmethod
    def refusal(cls, problems: Sequence[str]) -> ConfigError:
        """Make the error that says what is wrong with them."""
        return ConfigError(f"{cls.__name__}: these settings are wrong", problems)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show what differs from the defaults."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.is_required() or value != field.get_default(call_default_factory=True):
                yield name, value


def problem_of(item: Mapping[str, Any], page: str = STUDY_KEYS) -> str:
    """Say where a value of settings is wrong, and how; from an item of a validation error.

    The page of the reference named is the one that lists the keys.
    """
    place = ""
    for part in item["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    if item["type"] == "extra_forbidden":
        return f"{place}: unknown key; docs/reference/{page} lists those that exist"
    if item["type"] == "missing":
        return f"{place}: required, but absent"
    message = item["msg"].removeprefix("Value error, ")
    given = item.get("input")
    shown = f" (given {_short(given)})" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {message}{shown}" if place else message


def _short(given: str | float) -> str:
    """Write a value as it was given, at most so much of it."""
    if isinstance(given, int) and given.bit_length() > _LONGEST_SHOWN:
        return "an absurd number"
    text = repr(given)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


class Provenance(Settings):
    """Say where a source comes from; shown on maps and exports."""

    credit: str | None = Field(None, description="Credit line shown on every map and export.")
    licence: str | None = Field(None, description="Licence of the data.")
    retrieved_at: date | None = Field(None, description="Day the data were fetched.")

    @property
    def label(self) -> str:
        """Name of the source in messages: its file and layer, or its server."""
        path, layer = getattr(self, "path", None), getattr(self, "layer", None)
        server = getattr(self, "overpass_url", None)
        url = server or getattr(self, "url", None) or ""
        name = path.name if path and server is None else str(url).partition("?")[0]
        return f"{name} ({layer})" if layer else name
