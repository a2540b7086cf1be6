"""What every modification is: frozen, named by its verb, able to change a draft."""

from typing import Any, ClassVar

from geo_planner.scenario.draft import Draft, content_id
from geo_planner.scenario.values import Value


class Modification(Value):
    """Stand under all modifications.

    ``touches`` names the tables it may change, ``cannot`` what it leaves to others; ``apply``
    changes a draft or raises :class:`~geo_planner.scenario.draft.Refused` with all that is wrong.
    """

    touches: ClassVar[tuple[str, ...]] = ()
    cannot: ClassVar[str] = ""

    def content(self) -> dict[str, Any]:
        """Give what the modification says, as JSON; files count by their content."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"do": type(self).__name__}

    @property
    def added_id(self) -> str:
        """Make the id of what it adds from its content."""
        return content_id(self.content())

    def apply(self, draft: Draft) -> None:
        """Change the draft.

        Raises
        ------
        Refused
            With all that is wrong.
        """
        raise NotImplementedError
