"""Who is served next: how a new amount goes to investors by capital drawn, tranches and return caps (terms 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.core.allocate.layers import Given, Layer
from service.core.money import split, to_minor
from service.core.terms import Terms
from service.core.terms.parties import InvestorShare, ReturnCap, whole_weights


def tranche_name(tranche_id: str) -> str:
    """How layers and details name a tranche."""
    return f"tranche {tranche_id}"


def listed(terms: Terms, given_by: str) -> tuple[str, ...]:
    """Those who share in what gave a layer, in the order in which the contract lists them."""
    tranches = (tranche.investors for tranche in terms.shares.tranches if tranche_name(tranche.id) == given_by)
    return tuple(share.party for share in next(tranches, terms.shares.investors))


@dataclass(slots=True)
class Totals:
    """What is stated so far in minor units: by recipient, and by what gave it."""

    recipients: dict[str, int] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)

    def add(self, recipient: str, given_by: str, minor: int) -> None:
        """Count an amount in."""
        self.recipients[recipient] = self.recipients.get(recipient, 0) + minor
        self.given[given_by] = self.given.get(given_by, 0) + minor


def serve(terms: Terms, minor: int, drawn: Mapping[str, int], totals: Totals) -> list[Layer]:
    """The layers of a new amount, which are counted into the totals; what they do not hold stays with the payer."""
    return [under for layer in _by_shares(terms, minor, drawn, totals) for under in _under_caps(terms, layer, totals)]


def _by_shares(terms: Terms, minor: int, drawn: Mapping[str, int], totals: Totals) -> Iterable[Layer]:
    shares = terms.shares
    match shares.by:
        case "tranches" if minor < 0:
            return _tranches_backwards(terms, minor, totals)
        case "tranches":
            return _tranches(terms, minor, totals)
        case "drawn" if any(drawn.get(share.party, 0) > 0 for share in shares.investors):
            owners = [share.party for share in shares.investors if drawn.get(share.party, 0) > 0]
            parts = split(minor, [drawn[owner] for owner in owners])
            return [Layer("capital drawn", tuple(zip(owners, parts, strict=True)))]
        case _:
            return [Layer("shares", _by_weight(shares.investors, minor))]


def _by_weight(investors: tuple[InvestorShare, ...], minor: int) -> Given:
    parts = split(minor, whole_weights(investors))
    return tuple((share.party, part) for share, part in zip(investors, parts, strict=True))


def _tranches(terms: Terms, minor: int, totals: Totals) -> list[Layer]:
    layers, left = [], minor
    for tranche in terms.shares.tranches:
        name, part = tranche_name(tranche.id), left
        if tranche.cap is not None:
            part = min(left, max(to_minor(tranche.cap, terms.currency) - totals.given.get(name, 0), 0))
        if part:
            layers.append(Layer(name, _by_weight(tranche.investors, part)))
        left -= part
    return layers


def _tranches_backwards(terms: Terms, minor: int, totals: Totals) -> list[Layer]:
    """What investors owe is taken from the tranche served last, and at the end from the first one."""
    layers, left = [], minor
    for tranche in reversed(terms.shares.tranches):
        name = tranche_name(tranche.id)
        is_first = tranche is terms.shares.tranches[0]
        part = left if is_first else max(left, -max(totals.given.get(name, 0), 0))
        if part:
            layers.append(Layer(name, _by_weight(tranche.investors, part)))
        left -= part
    return layers


def _under_caps(terms: Terms, layer: Layer, totals: Totals) -> list[Layer]:
    """The layer cut to what its recipients may still be due, and layers for what goes beyond their return caps."""
    caps = {cap.party: cap for cap in terms.shares.return_caps}
    held: list[tuple[str, int]] = []
    above: list[Layer] = []
    for recipient, part in layer.parts:
        cap = caps.get(recipient)
        taken = part if cap is None or part < 0 else min(part, _room(cap, terms.currency, totals))
        held.append((recipient, taken))
        totals.add(recipient, layer.given_by, taken)
        if cap is not None and taken < part:
            above += _beyond(cap, part - taken, caps, terms.currency, totals)
    return [Layer(layer.given_by, tuple(held)), *above]


def _room(cap: ReturnCap, currency: str, totals: Totals) -> int:
    return max(to_minor(cap.amount, currency) - totals.recipients.get(cap.party, 0), 0)


def _beyond(
    cap: ReturnCap, minor: int, caps: Mapping[str, ReturnCap], currency: str, totals: Totals
) -> Iterable[Layer]:
    """Where an amount above a return cap goes: from cap to cap until somebody has room; else nobody is given it."""
    passed = {cap.party}
    while minor and cap.beyond is not None and cap.beyond not in passed:
        recipient, name = cap.beyond, f"above the return cap of {cap.party}"
        passed.add(recipient)
        following = caps.get(recipient)
        taken = minor if following is None else min(minor, _room(following, currency, totals))
        totals.add(recipient, name, taken)
        yield Layer(name, ((recipient, taken),))
        if following is None:
            return
        minor, cap = minor - taken, following
