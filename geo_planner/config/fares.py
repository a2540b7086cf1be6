"""Fares of public transport: flat, by ride with dearer or cheaper transfers, or by distance."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from geo_planner.config.base import Settings

TransitModeName = Literal["light_rail", "metro", "train", "bus", "ferry", "other"]
_CENTS = 100
_OF_KIND = {"flat": "price", "rides": "classes", "distance": "distances"}
_FOR_RIDES = ("transfers", "max_reduced_transfers", "cap", "transfer_window_min")
_ALSO = {"flat": ("transfer_window_min",), "rides": _FOR_RIDES, "distance": ()}


def cents(price: Decimal) -> int:
    """Count a price in hundredths of its currency, so that sums are exact.

    Examples
    --------
    >>> cents(Decimal("4.80"))
    480
    """
    return int(price * _CENTS)


def price_of(fare_cents: int) -> Decimal:
    """Turn hundredths of a currency into a price.

    Examples
    --------
    >>> str(price_of(480))
    '4.80'
    """
    return (Decimal(fare_cents) / _CENTS).quantize(Decimal("0.01"))


# at most two decimals: what is counted in hundredths is exact
Price = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]


class FareClass(Settings):
    """Price a ride on some lines; of several classes that fit a line, the first counts."""

    name: str = Field(description="Name that transfers refer to.", min_length=1)
    price: Price = Field(description="Price of a ride, where no transfer rule says otherwise.")
    modes: tuple[TransitModeName, ...] = Field(
        (), description="Modes it holds for: light_rail, metro, train, bus, ferry, other."
    )
    route_ids: tuple[str, ...] = Field(
        (), description="Lines it holds for, as route_id in the region; of any mode."
    )

    @model_validator(mode="after")
    def _fits_something(self) -> Self:
        if not self.modes and not self.route_ids:
            msg = "name the modes or route_ids that the class holds for"
            raise ValueError(msg)
        return self


class FareTransfer(Settings):
    """Price a ride by the class of the ride before it."""

    first: str = Field(description="Class of the ride before.")
    second: str = Field(description="Class of the ride that is priced.")
    price: Price = Field(description="Price of the second ride; 0: a free transfer.")


class FareDistance(Settings):
    """Price journeys up to a distance."""

    up_to_km: float | None = Field(
        None,
        gt=0,
        description="Farthest distance from the first to the last stop in a straight line [km]; "
        "left out: any.",
    )
    price: Price = Field(description="Price of the whole journey.")


class Fares(Settings):
    """Price journeys by public transport; walking and cycling cost nothing.

    Examples
    --------
    >>> from geo_planner import Fares
    >>> Fares(kind="flat", currency="DKK", price="24")
    Fares(kind='flat', currency='DKK', price=Decimal('24'))
    """

    kind: Literal["flat", "rides", "distance"] = Field(
        description="flat: one price a journey; rides: a price a ride, less on transfers; "
        "distance: a price by the distance from the first stop to the last."
    )
    currency: str = Field(description="Currency of all prices, such as DKK.", min_length=1)
    price: Price | None = Field(None, description="Price of a journey; kind flat.")
    classes: tuple[FareClass, ...] = Field((), description="Prices of rides; kind rides.")
    transfers: tuple[FareTransfer, ...] = Field(
        (), description="Prices of rides after another ride; kind rides."
    )
    max_reduced_transfers: int | None = Field(
        None,
        ge=0,
        description="How many rides of a journey transfers price, the first ones; kind rides.",
    )
    cap: Price | None = Field(None, description="Most that a journey costs; kind rides.")
    transfer_window_min: float | None = Field(
        None,
        gt=0,
        le=1440,
        description="How long a ticket holds [min]: rides boarded up to so long after its first "
        "one are on that ticket, free (kind flat) or as transfers say (kind rides); a later ride "
        "needs another ticket. Tickets are bought so that the journey costs least. Left out: a "
        "ticket holds for the whole journey.",
    )
    distances: tuple[FareDistance, ...] = Field(
        (), description="Prices by distance, rising; kind distance."
    )

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        given = {name for name in _OF_KIND.values() if getattr(self, name) not in (None, ())}
        given |= {name for name in _FOR_RIDES if getattr(self, name) not in (None, ())}
        needed = _OF_KIND[self.kind]
        fitting = {needed, *_ALSO[self.kind]}
        problems = [] if needed in given else [f"{needed} is missing"]
        problems += [f"{name} does not belong to it" for name in sorted(given - fitting)]
        if problems:
            raise ValueError(f"kind {self.kind}: " + "; ".join(problems))
        return self

    @model_validator(mode="after")
    def _classes_are_known(self) -> Self:
        names = [one.name for one in self.classes]
        twice = sorted({name for name in names if names.count(name) > 1})
        unknown = {n for t in self.transfers for n in (t.first, t.second)} - set(names)
        pairs = [(t.first, t.second) for t in self.transfers]
        problems = [f"class {name!r} stands twice" for name in twice]
        problems += [f"transfers name {name!r}, which is no class" for name in sorted(unknown)]
        problems += [
            f"the transfer from {pair[0]!r} to {pair[1]!r} stands twice"
            for pair in sorted({pair for pair in pairs if pairs.count(pair) > 1})
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _distances_rise(self) -> Self:
        limits = [float("inf") if d.up_to_km is None else d.up_to_km for d in self.distances]
        prices = [d.price for d in self.distances]
        if limits != sorted(set(limits)) or prices != sorted(prices):
            msg = "distances: up_to_km and price must rise from row to row"
            raise ValueError(msg)
        return self
