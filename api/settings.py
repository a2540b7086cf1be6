"""Settings of the service: given by whoever starts it, else by the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo_planner.travel_time.blocks import default_threads


class ServiceSettings(BaseSettings):
    """Set what is served, where, and how much one request may take.

    Every setting may stand in the environment, as its name in capitals after ``GEO_PLANNER_``.
    """

    model_config = SettingsConfigDict(env_prefix="GEO_PLANNER_", frozen=True, extra="forbid")

    folders: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders of runs or regions, or a folder of several.", exclude=True
    )
    root_path: str = Field(
        "", pattern=r"^(/[\w.~-]+)*$", description="Path that a proxy puts before every address."
    )
    question_workers: int = Field(
        default_factory=default_threads,
        ge=1,
        le=64,
        description="Questions answered at once, each in a process of its own; as many as cores.",
    )
    questions_waiting: int = Field(
        32, ge=0, le=1000, description="Most questions that wait their turn; more are sent away."
    )
    wait_limit_s: float = Field(
        10, gt=0, le=600, description="Longest wait for a turn before being sent away [s]."
    )
    deadline_s: float = Field(
        30, gt=0, le=3600, description="Longest time one question is worked on [s]."
    )
    leaving_grace_s: float = Field(
        1, ge=0, le=60, description="Time a question may still take once its asker has left [s]."
    )
    max_body_mb: float = Field(2, gt=0, le=1000, description="Largest body of a request [MB].")
    max_address_bytes: int = Field(
        8192, ge=256, le=65536, description="Longest address of a request, with its query [bytes]."
    )
    body_limit_s: float = Field(
        20, gt=0, le=600, description="Longest time a request may take to arrive [s]."
    )
    read_only: bool = Field(
        default=False, description="Keep nothing: no scenarios, no jobs, no state."
    )
    needs_key: bool = Field(
        default=False, description="Let in only requests that bear a key; on other addresses, yes."
    )
    state_url: str | None = Field(
        None,
        description="Database of scenarios and jobs, such as postgresql+psycopg://USER@HOST/NAME; "
        "default: service/state.sqlite in the first folder served.",
    )
    workers: int = Field(1, ge=1, le=16, description="Jobs at once, each in a process of its own.")
    silent_s: float = Field(
        60,
        gt=0,
        le=3600,
        description="Time without a word after which a service that ran a job counts as gone [s].",
    )
    warm_studies: int = Field(
        3, ge=0, le=100, description="Studies whose networks are opened before they are asked."
    )
