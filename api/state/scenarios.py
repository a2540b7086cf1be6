"""Keeping scenarios: each write names the revision it rests on, so that none is lost unseen."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import Refusal, RefusedError
from .store import Store
from .tables import StoredScenario, now


class Scenarios:
    """Keep the scenarios of studies.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, study: str) -> list[StoredScenario]:
        """Give the scenarios of a study, by name."""
        wanted = select(StoredScenario).where(
            StoredScenario.study == study, StoredScenario.deleted_at.is_(None)
        )
        with self._store.session() as session:
            return list(session.scalars(wanted.order_by(StoredScenario.name, StoredScenario.id)))

    def get(self, study: str, scenario: str) -> StoredScenario:
        """Give one scenario.

        Raises
        ------
        RefusedError
            404 when there is none.
        """
        with self._store.session() as session:
            return _there(session, study, scenario)

    def add(self, study: str, content: Mapping[str, Any]) -> StoredScenario:
        """Keep a new scenario; one that was deleted gives its id free.

        Raises
        ------
        RefusedError
            409 when another has its id.
        """
        with self._store.session() as session:
            there = session.get(StoredScenario, (study, content["id"]))
            if there is not None and there.deleted_at is None:
                detail = f"a scenario {content['id']!r} is there already: give this one another id"
                raise RefusedError(409, Refusal(code="ScenarioExists", detail=detail))
            row = there or StoredScenario(study=study, id=content["id"], revision=0)
            row.deleted_at = None
            _write(row, content)
            session.add(row)
            return row

    def change(
        self, study: str, scenario: str, content: Mapping[str, Any], revision: int | None
    ) -> StoredScenario:
        """Keep what a scenario says now.

        Parameters
        ----------
        study, scenario, content
            What is written.
        revision
            Revision the change rests on; None: whatever stands there.

        Raises
        ------
        RefusedError
            404 when there is none, 412 when it was changed since that revision.
        """
        with self._store.session() as session:
            row = _there(session, study, scenario)
            if revision is not None and row.revision != revision:
                detail = (
                    f"changed elsewhere: revision {row.revision} is there, yours rests on "
                    f"{revision}; fetch it and choose"
                )
                raise RefusedError(412, Refusal(code="ChangedElsewhere", detail=detail))
            _write(row, content)
            return row

    def delete(self, study: str, scenario: str) -> None:
        """Take a scenario away; it can be brought back."""
        with self._store.session() as session:
            _there(session, study, scenario).deleted_at = now()

    def restore(self, study: str, scenario: str) -> StoredScenario:
        """Bring back a scenario that was taken away."""
        with self._store.session() as session:
            row = _there(session, study, scenario, is_deleted=True)
            row.deleted_at = None
            return row


def _write(row: StoredScenario, content: Mapping[str, Any]) -> None:
    row.content, row.name = dict(content), str(content["name"])
    row.revision += 1
    row.changed_at = now()


def _there(
    session: Session, study: str, scenario: str, *, is_deleted: bool = False
) -> StoredScenario:
    row = session.get(StoredScenario, (study, scenario), with_for_update=True)
    if row is None or (row.deleted_at is not None) != is_deleted:
        detail = f"no scenario {scenario!r} is kept for {study!r}"
        raise RefusedError(404, Refusal(code="UnknownScenario", detail=detail))
    return row
