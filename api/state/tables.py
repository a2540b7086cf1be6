"""The tables of the state. Changes to them are migrations, in ``migrations/versions``."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Float, Index, Integer, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_ID_LENGTH = 200


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """Keep moments in UTC, in databases that know no time zones too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that what a database gives back is UTC."""
        del dialect
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Stand at the root of all tables."""


class StoredScenario(Base):
    """A scenario as it was last written; revision counts the writes."""

    __tablename__ = "scenarios"

    study: Mapped[str] = mapped_column(String(_ID_LENGTH), primary_key=True)
    id: Mapped[str] = mapped_column(String(_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(500))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)


class Job(Base):
    """A run of a scenario: what is to be done, and how far it is."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(_ID_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    study: Mapped[str] = mapped_column(String(_ID_LENGTH))
    scenario: Mapped[str] = mapped_column(String(_ID_LENGTH))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    step: Mapped[str] = mapped_column(String(500), default="")
    share: Mapped[float] = mapped_column(Float, default=0.0)
    reason: Mapped[str | None] = mapped_column(Text)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    holder: Mapped[str | None] = mapped_column(String(_ID_LENGTH))
    beat_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("jobs_by_state", "state", "created_at"),)


class Key(Base):
    """A key that lets its bearer in; only its digest is kept."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(_ID_LENGTH))
    role: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Share(Base):
    """A link that shows one thing to whoever has it, until it expires or is revoked."""

    __tablename__ = "shares"

    id: Mapped[str] = mapped_column(String(_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(_ID_LENGTH))
    page: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
