"""Who owes what of an amount: the payers' shares of a metric, split exactly, and each payer's limit (terms 4, 5)."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from service.core.money import split, to_minor
from service.core.price.lines import Clip, PricedLine, TakenOver
from service.core.terms import Metric, Terms
from service.core.terms.limits import PayerLimit
from service.core.terms.parties import whole_weights

Parts = tuple[tuple[str, int], ...]
LimitsOf = Callable[[PricedLine], Mapping[str, PayerLimit]]


class PayerSplitter:
    """Splits amounts by the payers' shares; what was split once is remembered for as long as this lives."""

    def __init__(self) -> None:
        self._payers: dict[tuple[int, str], tuple[tuple[str, ...], tuple[int, ...]]] = {}
        self._parts: dict[tuple[int, str, int], Parts] = {}

    def parts(self, terms: Terms, metric: Metric, amount_minor: int) -> Parts:
        """(payer, its part in minor units) in the contract's order."""
        key = (terms.version, metric.id, amount_minor)
        if key not in self._parts:
            payers, weights = self._of(terms, metric)
            self._parts[key] = tuple(zip(payers, split(amount_minor, weights), strict=True))
        return self._parts[key]

    def divided(self, line: PricedLine) -> PricedLine:
        """The line with its net amount divided: by the payers' own prices where they have them, else by shares."""
        if line.parts:
            return replace(line, parts=cut_to(line.parts, line.net_minor))
        return replace(line, parts=self.parts(line.terms, line.metric, line.net_minor))

    def _of(self, terms: Terms, metric: Metric) -> tuple[tuple[str, ...], tuple[int, ...]]:
        key = (terms.version, metric.id)
        if key not in self._payers:
            shares = terms.payers_of(metric)
            self._payers[key] = (tuple(share.party for share in shares), whole_weights(shares))
        return self._payers[key]


def cut_to(parts: Parts, net_minor: int) -> Parts:
    """The parts cut to a smaller amount in proportion to what they are; what is owed to a payer is not cut."""
    owing = [minor for _, minor in parts if minor > 0]
    owed = sum(minor for _, minor in parts if minor < 0)
    if sum(owing) + owed == net_minor:
        return parts
    left = iter(split(net_minor - owed, owing))
    return tuple((payer, next(left) if minor > 0 else minor) for payer, minor in parts)


def limit_payers(lines: Sequence[PricedLine], limits_of: LimitsOf) -> tuple[PricedLine, ...]:
    """The lines after each payer's own limit: what lies above it is its successor's, or stays unpaid.

    `limits_of` gives the limits in force on a line's date, by payer. A negative part neither fills a limit nor is cut.
    """
    owed_before: dict[str, int] = {}
    limited = []
    for line in lines:
        limits = limits_of(line)
        line = _within(line, limits, owed_before) if limits else line
        for payer, minor in line.parts:
            owed_before[payer] = owed_before.get(payer, 0) + max(minor, 0)
        limited.append(line)
    return tuple(limited)


def _within(line: PricedLine, limits: Mapping[str, PayerLimit], owed_before: Mapping[str, int]) -> PricedLine:
    """One line: every payer's own part first, then what lies above the limits, in the contract's order."""
    room = {
        payer: max(to_minor(limit.amount, line.terms.currency) - owed_before.get(payer, 0), 0)
        for payer, limit in limits.items()
    }
    owes: dict[str, int] = {}
    above: list[tuple[str, int]] = []
    for payer, minor in line.parts:
        owes[payer] = _take(payer, minor, room)
        above.append((payer, minor - owes[payer]))
    clips, taken_over = [], []
    for payer, minor in above:
        for successor in _successors(payer, limits):
            takes = _take(successor, minor, room)
            if takes:
                owes[successor] = owes.get(successor, 0) + takes
                taken_over.append(TakenOver(payer, successor, takes))
                minor -= takes
        if minor:
            clips.append(Clip("payer", minor, payer))
    if not clips and not taken_over:
        return line
    return replace(
        line,
        net_minor=sum(owes.values()),
        clips=(*line.clips, *clips),
        parts=tuple(owes.items()),
        taken_over=tuple(taken_over),
    )


def _take(payer: str, minor: int, room: dict[str, int]) -> int:
    """As much of it as the payer has room for, which is all of it without a limit."""
    takes = min(minor, room.get(payer, minor))
    if payer in room:
        room[payer] -= max(takes, 0)
    return takes


def _successors(payer: str, limits: Mapping[str, PayerLimit]) -> list[str]:
    """Who takes over what lies above the payer's limit, one after the other; nobody twice."""
    chain = [payer]
    while (limit := limits.get(chain[-1])) is not None and limit.then is not None and limit.then not in chain:
        chain.append(limit.then)
    return chain[1:]
