"""Faults in who takes part: parties that are not declared, roles they lack, shares that leave somebody out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from service.core.errors import Fault
from service.core.terms.checks.parts import Parts
from service.core.terms.parties import Role
from service.core.terms.tariffs import ByPayerTariff

_PAYER: tuple[Role, ...] = ("outcome_payer",)
_RECIPIENT: tuple[Role, ...] = ("investor", "service_provider")


def party_faults(parts: Parts) -> Iterator[Fault]:
    """Every party that is named where it cannot stand, and every payer that owes nothing."""
    yield from _listed(parts, "/shares/payers", [(place, share.party) for place, share in parts.payers], _PAYER)
    investors = [(place, share.party) for place, share in parts.investors]
    yield from _listed(parts, "/shares/investors", investors, _RECIPIENT)
    for place, metric in parts.metrics:
        if metric.payers is not None:
            payers = [(turn, share.party) for turn, share in enumerate(metric.payers)]
            yield from _listed(parts, f"/metrics/{place}/payers", payers, _PAYER)
        if isinstance(metric.tariff, ByPayerTariff):
            payers = [(turn, price.party) for turn, price in enumerate(metric.tariff.payers)]
            yield from _listed(parts, f"/metrics/{place}/tariff/payers", payers, _PAYER)
    yield from _tranche_faults(parts)
    yield from _return_cap_faults(parts)
    yield from _payer_limit_faults(parts)
    yield from _capital_faults(parts)
    yield from _payers_without_a_share(parts)


def _listed(parts: Parts, pointer: str, named: Iterable[tuple[int, str]], roles: tuple[Role, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, party in named:
        here = f"{pointer}/{place}/party"
        yield from role_faults(parts, here, party, roles)
        if party in seen:
            yield Fault(here, "repeated", "stands twice in the list; give it one entry")
        seen.add(party)


def role_faults(parts: Parts, pointer: str, party: str, roles: tuple[Role, ...]) -> Iterator[Fault]:
    """A party that is not declared, or has none of these roles."""
    declared = parts.document.get("parties")
    known = parts.parties.get(party)
    if not isinstance(declared, dict) or party not in declared:
        yield Fault(pointer, "unknown-party", "must be one of the parties declared under parties")
    elif known is not None and not set(roles) & set(known.roles):
        yield Fault(pointer, "wrong-role", f"this party needs the role {' or '.join(roles)} under parties")


def _tranche_faults(parts: Parts) -> Iterator[Fault]:
    wanted, given = parts.shares.get("by") == "tranches", bool(parts.shares.get("tranches"))
    if wanted and not given:
        yield Fault("/shares/by", "required", "tranches are needed to share by; list them under shares.tranches")
    if given and not wanted:
        yield Fault("/shares/tranches", "not-allowed", 'tranches stand beside by = "tranches" only')
    ids = Counter(tranche.id for _, tranche in parts.tranches)
    last = max((place for place, _ in parts.tranches), default=0)
    for place, tranche in parts.tranches:
        here = f"/shares/tranches/{place}"
        if ids[tranche.id] > 1:
            yield Fault(f"{here}/id", "repeated", "two tranches have this id; ids are used once")
        if tranche.cap is None and place != last:
            yield Fault(f"{here}/cap", "required", "every tranche but the last needs a cap, else the next gets nothing")
        named = [(turn, share.party) for turn, share in enumerate(tranche.investors)]
        yield from _listed(parts, f"{here}/investors", named, _RECIPIENT)


def _return_cap_faults(parts: Parts) -> Iterator[Fault]:
    yield from _listed(
        parts, "/shares/return_caps", [(place, cap.party) for place, cap in parts.return_caps], _RECIPIENT
    )
    recipients = {share.party for _, share in parts.investors}
    recipients |= {share.party for _, tranche in parts.tranches for share in tranche.investors}
    follows = {cap.party: cap.beyond for _, cap in parts.return_caps}
    recipients |= {beyond for beyond in follows.values() if beyond is not None}
    for place, cap in parts.return_caps:
        here = f"/shares/return_caps/{place}"
        if cap.party not in recipients and cap.party in parts.parties:
            yield Fault(f"{here}/party", "no-share", "is due nothing; name one of the investors under shares")
        if cap.beyond is not None:
            yield from role_faults(parts, f"{here}/beyond", cap.beyond, _RECIPIENT)
            yield from _circle_fault(f"{here}/beyond", cap.party, follows)


def _payer_limit_faults(parts: Parts) -> Iterator[Fault]:
    limits = parts.limits.payers if parts.limits is not None else ()
    yield from _listed(parts, "/limits/payers", [(place, limit.party) for place, limit in enumerate(limits)], _PAYER)
    follows = {limit.party: limit.then for limit in limits}
    for place, limit in enumerate(limits):
        if limit.then is not None:
            yield from role_faults(parts, f"/limits/payers/{place}/then", limit.then, _PAYER)
            yield from _circle_fault(f"/limits/payers/{place}/then", limit.party, follows)


def _circle_fault(pointer: str, party: str, follows: Mapping[str, str | None]) -> Iterator[Fault]:
    passed, at = [party], follows[party]
    while at is not None and at not in passed:
        passed.append(at)
        at = follows.get(at)
    if at == party:
        yield Fault(pointer, "circle", "what is above the amount comes back to the same party; end the chain elsewhere")


def _capital_faults(parts: Parts) -> Iterator[Fault]:
    if parts.guarantee is not None:
        yield from role_faults(parts, "/guarantee/party", parts.guarantee.party, ("guarantor",))
    for place, drawdown in parts.drawdowns:
        yield from role_faults(parts, f"/drawdowns/{place}/party", drawdown.party, ("investor",))
    drawn = {drawdown.party for _, drawdown in parts.drawdowns}
    by_capital = parts.shares.get("by") == "drawn"
    if by_capital and parts.holds_all("drawdowns") and not drawn & {share.party for _, share in parts.investors}:
        yield Fault("/shares/by", "required", "no investor draws capital to share by; list it under drawdowns")


def _payers_without_a_share(parts: Parts) -> Iterator[Fault]:
    if not parts.holds_all("payers", "metrics") or parts.limits is None:
        return
    owing = _owing(parts)
    if any(name not in parts.parties or "outcome_payer" not in parts.parties[name].roles for name in owing):
        return  # told already; whoever was meant has a share
    for name, party in parts.parties.items():
        if "outcome_payer" in party.roles and name not in owing:
            remedy = "owes nothing: give it a share under shares.payers, or take the role outcome_payer away"
            yield Fault(f"/parties/{name}/roles", "no-share", remedy)


def _owing(parts: Parts) -> frozenset[str]:
    """Every party that owes a share of anything, or takes over from one that does."""
    owing = {share.party for _, share in parts.payers}
    for _, metric in parts.metrics:
        owing |= {share.party for share in metric.payers or ()}
        if isinstance(metric.tariff, ByPayerTariff):
            owing |= {price.party for price in metric.tariff.payers}
    limits = parts.limits.payers if parts.limits is not None else ()
    return frozenset(owing | {limit.then for limit in limits if limit.then is not None})
