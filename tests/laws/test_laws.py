"""The promises of the core, each tried on generated contracts and facts."""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from service.core import canonical
from service.core.events import Fact, fact_bytes, fact_from_bytes
from service.core.money import round_minor, split, to_minor, to_text
from service.core.pipeline import Draft, Inputs, calculate, draft_statements
from service.core.statement import due_by_key, issued_of
from tests.book import AnyKey, Book, document, lines, pending
from tests.laws.contracts import Document, amendments, contracts
from tests.laws.facts import MARK, REFERENCE, facts, shuffled
from tests.laws.rooms import faults_of_limits

PERIODS = ("2022", "2023", "2024", "2025")


@dataclass(frozen=True)
class Story:
    """A contract's life: which facts, and perhaps an amendment, became known before each issue."""

    contract: Document
    amendment: Document | None
    amended_before: int
    told: tuple[tuple[Fact, ...], ...]

    def opened(self) -> Book:
        """The book before anything is known but the first terms."""
        return Book(self.contract)

    def learn(self, book: Book, turn: int) -> None:
        """Learn what became known before that issue."""
        if self.amendment is not None and self.amended_before == turn:
            book.amend(self.amendment)
        book.learn(*self.told[turn])

    def all_known(self) -> Book:
        """The book with everything learned and nothing issued."""
        book = self.opened()
        for turn in range(len(PERIODS)):
            self.learn(book, turn)
        return book


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A contract, perhaps amended, and its facts cut into what was known before each issue."""
    contract = draw(contracts())
    amendment = draw(st.one_of(st.none(), amendments(contract)))
    told = draw(facts())
    cuts = sorted(draw(st.lists(st.integers(0, len(told)), min_size=3, max_size=3)))
    parts = [told[start:end] for start, end in zip([0, *cuts], [*cuts, len(told)], strict=True)]
    return Story(contract, amendment, draw(st.integers(0, 3)), tuple(tuple(part) for part in parts))


@given(stories(), st.data())
def test_the_same_facts_in_any_order_give_the_same_result(story: Story, data: st.DataObject) -> None:
    book = story.all_known()
    other = replace(book, facts=[], sequence=1, versions=[])
    other.versions = book.versions
    other.learn(*data.draw(shuffled([fact for part in story.told for fact in part])))
    mine, theirs = book.calculate("2025"), other.calculate("2025")
    assert mine.findings == theirs.findings
    assert mine.lines == theirs.lines
    assert mine.allocations == theirs.allocations


@given(stories(), st.data())
def test_what_is_told_again_under_another_id_pays_nothing_more(story: Story, data: st.DataObject) -> None:
    book = story.all_known()
    before = book.calculate("2025")
    again = [fact for fact in book.facts if fact in before.facts.facts and fact.fact.replaces is None]
    if again:
        fact = data.draw(st.sampled_from(again)).fact
        book.learn(structs.replace(fact, id=f"{REFERENCE}-again"))
    after = book.calculate("2025")
    assert [(line.key, line.net_minor) for line in before.lines] == [(line.key, line.net_minor) for line in after.lines]
    assert [(found.state, found.on) for found in before.findings] == [
        (found.state, found.on) for found in after.findings
    ]


@given(stories())
def test_issued_bytes_stay_the_same_whatever_is_learned_later(story: Story) -> None:
    book, issued = story.opened(), []
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        before = (book.sequence, dict(book.histories))
        issued.append((label, *before, book.issue(label)))
    for label, sequence, histories, drafts in issued:
        inputs = Inputs(book.terms.known_at(sequence), tuple(book.facts), sequence)
        again = draft_statements(inputs, book.period(label), histories, AnyKey())
        assert [draft.stored for draft in again] == [draft.stored for draft in drafts.values()]
        assert [draft.items for draft in again] == [draft.items for draft in drafts.values()]


@given(stories())
def test_the_parts_of_a_line_sum_to_the_line(story: Story) -> None:
    calculation = story.all_known().calculate("2025")
    due: dict[Any, int] = defaultdict(int)
    part: dict[Any, int] = {}
    for allocation in calculation.allocations:
        due[allocation.key] += allocation.due_minor
        part[allocation.key] = allocation.payer_minor
    assert due == part
    by_line: dict[Any, int] = defaultdict(int)
    for key, minor in part.items():
        by_line[key.outcome] += minor
    assert by_line == {line.key: line.net_minor for line in calculation.lines}


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_a_split_is_exact_fair_to_a_minor_unit_and_mirrors_its_negative(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))
    assert tuple(-part for part in parts) == split(-total, weights)


@given(st.fractions(), st.sampled_from(["half-up", "half-even", "up", "down"]))
def test_rounding_moves_by_less_than_a_minor_unit_and_mirrors_its_negative(amount: Any, mode: Any) -> None:
    rounded = round_minor(amount, mode)
    assert abs(rounded - amount) < 1
    assert round_minor(-amount, mode) == -rounded


@given(stories())
def test_what_is_issued_sums_to_the_entitlement_by_line_and_investor(story: Story) -> None:
    book = story.opened()
    stated: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[str, Draft] = {}
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        inputs = replace(book.inputs(), issued=issued_of(book.histories))
        last = book.issue(label)
        for investor, draft in last.items():
            for line in lines(draft):
                key = tuple(line[name] for name in ("metric", "step", "participant", "version", "achieved_on", "payer"))
                stated[investor][key] += _minor(line["amount"], book)
            _check_postings(draft, book)
        calculation = calculate(inputs, book.period(label))
        for investor in last:
            due = due_by_key(calculation.allocations, investor, book.period(label))
            entitled = {_key_of(key): one.due_minor for key, one in due.items() if one.due_minor}
            assert {key: minor for key, minor in stated[investor].items() if minor} == entitled
    for investor, draft in last.items():
        assert _minor(document(draft)["totals"]["stated_to_date"], book) == sum(stated[investor].values())


def _key_of(key: Any) -> tuple[Any, ...]:
    outcome = key.outcome
    on = outcome.achieved_on.isoformat()
    return (outcome.metric, outcome.step, outcome.participant, outcome.version, on, key.payer)


def _minor(amount: str, book: Book) -> int:
    return to_minor(Decimal(amount), book.terms.latest.currency)


def _check_postings(draft: Draft, book: Book) -> None:
    """Every transaction nets to zero, and what the investor is due is what the statement states."""
    postings = draft.transaction.postings
    assert sum(posting.amount_minor for posting in postings) == 0
    due = sum(
        posting.amount_minor for posting in postings if posting.account == f"investor:{draft.investor}:receivable"
    )
    assert to_text(due, book.terms.latest.currency) == document(draft)["totals"]["lines"]


@given(stories())
def test_no_line_is_paid_beyond_the_room_then_in_force_nor_clipped_below_it(story: Story) -> None:
    book = story.all_known()
    assert faults_of_limits(book.terms, book.calculate("2025").lines, book.period("2025")) == []


@given(stories())
def test_a_preview_is_the_statement_that_is_issued(story: Story) -> None:
    book = story.opened()
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        assert book.preview(label) == book.issue(label)


@given(stories(), st.sampled_from(PERIODS))
def test_every_finding_says_why(story: Story, label: str) -> None:
    book = story.all_known()
    for finding in book.calculate(label).findings:
        assert finding.sentence.strip()
        assert "None" not in finding.sentence
        if finding.state == "achieved":
            assert finding.why is None
            assert finding.facts
            assert finding.on is not None
        else:
            assert finding.why is not None


@given(stories())
def test_without_news_a_statement_holds_new_outcomes_and_prices_that_follow_their_number(story: Story) -> None:
    book = story.all_known()
    book.issue(PERIODS[0])
    for label in PERIODS[1:]:
        for draft in book.issue(label).values():
            assert {line["kind"] for line in lines(draft) if line["cause"]["code"] != "count-moved"} <= {"new"}


@given(stories())
def test_no_statement_holds_a_participant_or_a_fact(story: Story) -> None:
    book = story.opened()
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        for draft in book.issue(label).values():
            assert MARK.encode() not in draft.stored
            assert REFERENCE.encode() not in draft.stored


@given(contracts(), facts(noise=4, people=9))
def test_a_statement_shows_no_group_that_is_too_small(contract: Document, told: list[Fact]) -> None:
    book = Book(contract).learn(*told)
    for label in PERIODS:
        for draft in book.issue(label).values():
            for section in document(draft)["metrics"]:
                _check_section(section, draft, contract["smallest_group"])


def _check_section(section: Document, draft: Draft, smallest: int) -> None:
    merged = set(section) == {"id", "title", "clause", "total", "merged"}
    assert merged is section["merged"]
    groups: dict[Any, set[str]] = defaultdict(set)
    for line in lines(draft):
        if line["metric"] == section["id"]:
            groups["line", line["kind"], line["step"]].add(line["participant"])
            for clip in line.get("price", {}).get("clipped", ()):
                groups["clipped", clip["limit"], line["step"]].add(line["participant"])
    for item in pending(draft):
        if item["metric"] == section["id"]:
            groups["pending", item["step"], item["why"]].add(item["participant"])
    if any(len(people) < smallest for people in groups.values()):
        assert merged
    for part in ("lines", "clipped", "pending"):
        assert all(cell["participants"] >= smallest for cell in section.get(part, ()))


@given(facts())
def test_a_fact_survives_its_bytes(told: list[Fact]) -> None:
    for fact in told:
        assert fact_from_bytes(fact_bytes(fact)) == fact
        assert fact_bytes(fact_from_bytes(fact_bytes(fact))) == fact_bytes(fact)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), _TEXT)
_OBJECTS = st.recursive(
    st.dictionaries(st.from_regex(r"[a-z0-9_]+", fullmatch=True), _LEAVES, max_size=5),
    lambda inner: st.dictionaries(
        st.from_regex(r"[a-z0-9_]+", fullmatch=True), st.one_of(_LEAVES, inner, st.lists(inner)), max_size=5
    ),
    max_leaves=12,
)


@given(_OBJECTS)
def test_canonical_bytes_are_those_of_rfc_8785(whole: Document) -> None:
    assert canonical.to_bytes(whole) == rfc8785.dumps(whole)
    assert canonical.from_bytes(canonical.to_bytes(whole)) == whole


@given(stories())
def test_a_statement_is_in_canonical_form(story: Story) -> None:
    for draft in story.all_known().preview("2022").values():
        assert draft.stored == rfc8785.dumps(document(draft))


@given(stories())
def test_calculating_twice_gives_the_same(story: Story) -> None:
    book = story.all_known()
    assert calculate(book.inputs(), book.period("2024")) == calculate(book.inputs(), book.period("2024"))
