"""How the cells of a file are written: what stands for unknown, numbers, dates, rows to leave out.

Tables differ in how they write a number or a gap. What follows from the file itself needs no
setting; what does not is asked for, and never guessed.
"""

import math
import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import Settings

_DATE_PARTS = ("%d", "%m", "%Y")


def share_to_allow(share: float) -> float:
    """Round a share up to what a setting must say to allow for it.

    Examples
    --------
    >>> share_to_allow(2 / 13), share_to_allow(0.2), share_to_allow(229 / 230)
    (0.154, 0.2, 0.996)
    """
    return math.ceil(1000 * share - 1e-9) / 1000


class NumberFormat(Settings):
    """Say how a file writes numbers, and what it writes where it has none."""

    missing: tuple[str | int | float, ...] = Field(
        (), description='Values that stand for unknown in any field, such as ["*", "..", -1].'
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="Decimal mark of numbers in text; by default found from the numbers."
    )
    thousands: Literal[".", ",", " ", "'"] | None = Field(
        None, description="Mark between groups of three digits; by default found from the numbers."
    )

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            msg = f"decimal and thousands are both {self.decimal!r}: state one of them"
            raise ValueError(msg)
        return self

    @property
    def decimal_mark(self) -> str | None:
        """Decimal mark as stated, or as it follows from the mark between thousands."""
        return self.decimal or {".": ",", ",": "."}.get(self.thousands or "")


class CellFormat(NumberFormat):
    """Say how a file writes its cells, and what becomes of rows that lack what they need."""

    date_format: str | None = Field(
        None,
        description="How dates are written, such as DD-MM-YYYY; by default YYYY-MM-DD or YYYYMMDD.",
    )
    leave_out: Literal["incomplete"] | None = Field(
        None,
        description="incomplete: rows without a place or an id are left out and counted; "
        "by default they are refused.",
    )
    max_lost_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Largest share of rows that may be left out as incomplete; above it the "
        "source is refused.",
    )

    @field_validator("date_format")
    @classmethod
    def _has_all_parts(cls, text: str | None) -> str | None:
        """Write DD, MM and YYYY as strptime has them; each must be there once."""
        if text is None:
            return None
        written = text
        for letters, part in (("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d")):
            written = written.replace(letters, part)
        if sorted(re.findall(r"%.", written)) != sorted(_DATE_PARTS):
            msg = f"{text!r} names no day, month and year: write it such as DD-MM-YYYY"
            raise ValueError(msg)
        return written
