"""What is wrong with a scenario, as reasons; the texts of errors are English."""

from collections.abc import Iterable

from pydantic_core import PydanticCustomError

from geo_planner.errors import ScenarioError
from geo_planner.reasons import Reason, Value, reason_gaps
from geo_planner.words.english import english


class Refused(Exception):  # noqa: N818 -- collected and raised with the place of the modification
    """Carry what is wrong with one modification."""

    def __init__(self, *problems: Reason) -> None:
        super().__init__(*problems)
        self.problems = problems


def scenario_error(name: str, reasons: Iterable[Reason]) -> ScenarioError:
    """Make the error of a scenario that cannot be used."""
    reasons = tuple(reasons)
    return ScenarioError(name, [english(reason) for reason in reasons], reasons)


def unfit_value(code: str, **figures: Value) -> PydanticCustomError:
    """Make the error of a validator that refuses a value, by the code of a reason."""
    # no reason has a gap of this name, which would be filled with the whole sentence
    context = {**figures, "in_words": english(Reason(code, **figures))}
    return PydanticCustomError(code, "{in_words}", context)


def reason_of_value(code: str, context: dict[str, Value]) -> Reason:
    """Read back what :func:`unfit_value` refused."""
    return Reason(code, **{name: context[name] for name in reason_gaps()[code]})
