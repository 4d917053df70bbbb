"""The statements of a period before their issue: prepared by one person, approved by another as seen, or discarded."""

from collections.abc import Collection, Sequence

from service.core import canonical
from service.core.errors import NotAllowed, Stale, WrongState
from service.core.life.acts import ActKind
from service.core.life.contract_life import ContractLife
from service.core.life.rounds import DraftedStatement, Round, draft_body
from service.core.life.statements import ACTIONS, Action
from service.core.terms import TermsTimeline
from service.workflows.acting import Done, NewAct, Standing, do, refuse_personal_data, standing_in
from service.workflows.drafting import Drafted, preview_statements, turn_of
from service.workflows.idempotency import Keyed
from service.workflows.known import period_in
from service.workflows.ledger import Ledger

NO_DRAFT = "Nothing is drafted of this period; draft it first."


async def draft_final(
    ledger: Ledger, contract: str, actor: str, keyed: Keyed[Done] | None = None, *, preview: bool = False
) -> Done:
    """Draft the statements with which a contract is settled for good, for the period that comes next.

    WrongState before its last outcomes lie in that period, or before its last day of evidence has passed.
    """
    async with ledger.database.reading() as store:
        standing = await standing_in(store, contract, ledger.now())
    period = standing.life.following.period.label
    return await draft_round(ledger, contract, period, actor, keyed, is_final=True, preview=preview)


async def draft_round(
    ledger: Ledger,
    contract: str,
    period: str,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    is_final: bool = False,
    preview: bool = False,
) -> Done:
    """Draft a period that has ended, for all investors; `is_final`: the contract is settled with it.

    The drafts are closed at a sequence number before the lock is taken; what is learned meanwhile belongs to the next
    statement. WrongState where the period is not next, has not ended, or is drafted already.
    """
    drafted = await preview_statements(ledger, contract, period, is_final=is_final)

    def decide(standing: Standing) -> Sequence[NewAct]:
        refuse_second_draft(standing.life)
        refuse_overtaken(standing.life, drafted)
        refuse_early(standing, drafted)
        return [draft_act(drafted)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


def draft_act(drafted: Drafted) -> NewAct:
    """The act that a draft is written as."""
    told = [DraftedStatement(one.investor, one.number, canonical.sha256_hex(one.stored)) for one in drafted.drafts]
    occasion = drafted.occasion
    body = draft_body(drafted.period.label, occasion.revision, occasion.is_final, drafted.sequence, told)
    return NewAct("draft", body)


def refuse_second_draft(life: ContractLife) -> None:
    """WrongState where a round is on its way already."""
    standing = life.open_round
    if standing is not None:
        raise WrongState(
            f"Period {standing.period} is {standing.state}; go on with that, or discard it and draft again.",
            "wrong-state",
            standing.available_actions,
        )


def refuse_overtaken(life: ContractLife, drafted: Drafted) -> None:
    """WrongState where the period, or this revision of it, was issued while it was being drafted."""
    if turn_of(life, drafted.period).occasion.revision != drafted.occasion.revision:
        raise WrongState("The period was issued meanwhile; draft it again.", "wrong-state", ACTIONS["discarded"])


def refuse_early(standing: Standing, drafted: Drafted) -> None:
    """WrongState before the period has ended, or before a contract may be settled for good."""
    latest, period = drafted.terms.latest, drafted.period
    if drafted.occasion.is_final:
        if period.end <= latest.outcomes_until or standing.today <= latest.evidence_until:
            raise WrongState(
                f"The contract can be settled with the period in which its last outcomes lie, "
                f"{latest.outcomes_until}, once evidence is taken no more, after {latest.evidence_until}.",
                "too-early-to-settle",
                (),
            )
    elif standing.today < period.end:
        raise WrongState(
            f"Period {period.label} ends with {period.last_day} and can be issued after that; preview it meanwhile.",
            "period-not-ended",
            (),
        )


async def submit_round(
    ledger: Ledger, contract: str, period: str, actor: str, keyed: Keyed[Done] | None = None, *, preview: bool = False
) -> Done:
    """Hand a draft over to whoever approves it."""

    def decide(standing: Standing) -> Sequence[NewAct]:
        return [round_act(round_in(standing, period, "submit"), "submission")]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


async def discard_round(
    ledger: Ledger,
    contract: str,
    period: str,
    reason: str,
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Give up a round that is not issued, and say why; the period can be drafted anew."""
    refuse_personal_data({"reason": reason})

    def decide(standing: Standing) -> Sequence[NewAct]:
        return [round_act(round_in(standing, period, "discard"), "discard", reason)]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


async def approve_round(
    ledger: Ledger,
    contract: str,
    period: str,
    seen: Collection[str],
    actor: str,
    keyed: Keyed[Done] | None = None,
    *,
    preview: bool = False,
) -> Done:
    """Approve exactly the bytes whose digest was seen. NotAllowed for whoever prepared them, unless the contract lets
    one person do both; Stale where something else is submitted."""

    def decide(standing: Standing) -> Sequence[NewAct]:
        submitted = round_in(standing, period, "approve")
        refuse_unseen(submitted, seen)
        refuse_own_work(standing.terms, submitted, actor)
        return [round_act(submitted, "approval")]

    return await do(ledger, contract, actor, decide, keyed, preview=preview)


def refuse_own_work(terms: TermsTimeline, submitted: Round, actor: str) -> None:
    """NotAllowed for whoever prepared or submitted a round, where two people are needed."""
    in_force = terms.in_force(period_in(terms, submitted.period).last_day)
    if in_force.approval == "two-people" and actor in (submitted.prepared_by, submitted.submitted_by):
        raise NotAllowed("Whoever prepared or submitted a statement cannot approve it; a second person has to.")


def refuse_unseen(standing: Round, seen: Collection[str]) -> None:
    """Stale where none of the digests seen is that of the round."""
    if standing.digest not in seen:
        raise Stale("What stands here is not what If-Match names; read it again and decide on that.")


def round_in(standing: Standing, period: str, action: Action) -> Round:
    """The open round of a period, where the action is one of those it allows; WrongState with those that are."""
    wanted = period_in(standing.terms, period).label
    found = standing.life.open_round
    if found is None or found.period != wanted:
        if standing.life.may_be_drafted(wanted):
            raise WrongState(NO_DRAFT, "wrong-state", ACTIONS["discarded"])
        if any(one.period == wanted for one in standing.life.statements.values()):
            raise WrongState(f"Period {wanted} is issued and does not change.", "period-issued", ())
        raise WrongState("It is not the turn of this period.", "wrong-state", ())
    if action not in found.available_actions:
        raise WrongState(
            f"The statements of period {wanted} are {found.state}; they cannot be taken to '{action}' now.",
            "wrong-state",
            found.available_actions,
        )
    return found


def round_act(standing: Round, kind: ActKind, reason: str | None = None) -> NewAct:
    """The act by which a round moves on."""
    about = f"period {standing.period}" + (f", revision {standing.revision}" if standing.revision > 1 else "")
    body = {"about": about, "period": standing.period, "draft": standing.number, "digest": standing.digest}
    return NewAct(kind, body, reason)
