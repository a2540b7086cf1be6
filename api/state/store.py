"""Opening the state: the database, brought up to the version of this program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from geo_planner.errors import FolderError, InputError

STATE_FOLDER = "service"
_FILE = "state.sqlite"
_BUSY_LIMIT_MS = 10_000
_REMEDY = "serve with --read-only, or name a database in GEO_PLANNER_STATE_URL"
_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class Store:
    """Hold the database of the service.

    Parameters
    ----------
    url
        Where it is, as SQLAlchemy writes it.

    Raises
    ------
    InputError
        When the address is none, or the database cannot be reached.
    FolderError
        When it cannot be written.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        try:
            self._bring_up()
        except SQLAlchemyError as error:
            self.engine.dispose()
            raise _unusable(url, error) from error

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session; what is done in it is kept whole or not at all."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _bring_up(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def state_url(folder: Path) -> str:
    """Name the database that lies in a served folder; its own folder is made if need be.

    Raises
    ------
    FolderError
        When it cannot be made.
    """
    home = folder.resolve() / STATE_FOLDER
    try:
        home.mkdir(exist_ok=True)
    except OSError as error:
        words = f"scenarios and jobs cannot be kept here ({error.strerror}): {_REMEDY}"
        raise FolderError(str(home), words) from error
    return f"sqlite:///{home / _FILE}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, ImportError) as error:
        raise InputError(
            "the state's address is none that can be used: write sqlite:///FILE or "
            f"postgresql+psycopg://USER@HOST/NAME ({type(error).__name__})"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_to_write)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Let readers go on while one writes; wait for a writer; let begin be ours."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout={_BUSY_LIMIT_MS}")


def _begin_to_write(connection: Any) -> None:
    # two that read first and write later would block each other
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unusable(url: str, error: SQLAlchemyError) -> Exception:
    shown = make_url(url).render_as_string(hide_password=True)
    cause = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
    return FolderError(shown, f"the state cannot be opened ({cause.strip()}): {_REMEDY}")
