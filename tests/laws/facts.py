"""Strategies for facts: what case systems report of a few participants, with corrections and retractions."""

from datetime import UTC, date, timedelta
from typing import Any

from hypothesis import strategies as st

from service.core.events import Fact, read_fact

MARK = "zq9person"  # stands in every participant id, so that a leak is found by looking for it
REFERENCE = "zq9fact"  # and in every fact id

Document = dict[str, Any]
_FIRST_DAY = date(2021, 11, 1)
_DAYS = st.integers(0, 1_300).map(lambda days: (_FIRST_DAY + timedelta(days=days)).isoformat())
_EVIDENCE = st.sampled_from([None, "register", "register", "survey"])
_SHAPES = (
    "enrolment",
    "milestone",
    "status",
    "status",
    "job",
    "measurement",
    "hours",
    "cost",
    "occurrence",
    "coverage",
)
_MEASURES = {"hours": ("hours", "h"), "cost": ("service_cost", "DKK")}
_WORDS = {
    "enrolment": ("started", "completed", "withdrew"),
    "milestone": ("exam_passed", "exam_passed", "moved_in"),
    "status": ("own_tenancy", "own_tenancy", "shared_flat", "shelter"),
    "job": ("ordinary", "flexjob", "public_support"),
    "measurement": ("80", "73.2", "73.3", "9.5", "52.99"),
    "hours": ("12.5", "40"),
    "cost": ("900.50", "1500"),
    "occurrence": ("emergency_visit", "charge"),
    "coverage": ("emergency_visit",),
}


def person(number: int) -> str:
    """A participant's id."""
    return f"{MARK}-{number}"


def _document(shape: str, word: str, day: str) -> Document:
    if shape == "coverage":
        return {"kind": "coverage", "names": ["emergency_visit", "charge"], "from": "2021-06-01", "through": day}
    if shape in ("status", "job"):
        return {"kind": "status", "name": {"status": "housing", "job": "employment"}[shape], "value": word}
    if shape == "measurement":
        return {"kind": shape, "name": "hba1c", "value": word, "unit": "%" if word == "9.5" else "mmol/mol"}
    if shape in _MEASURES:
        name, unit = _MEASURES[shape]
        return {"kind": "measurement", "name": name, "value": word, "unit": unit}
    return {"kind": shape, "name": word}


@st.composite
def _one(draw: st.DrawFn, place: int, people: int) -> Document:
    shape = draw(st.sampled_from(_SHAPES))
    who: str | None = person(draw(st.integers(1, people)))
    day = draw(_DAYS)
    if shape == "coverage":
        who = draw(st.sampled_from([None, who]))
    return _dressed(_document(shape, draw(st.sampled_from(_WORDS[shape])), day), place, who, day, draw(_EVIDENCE))


def _dressed(document: Document, place: int, who: str | None, day: str, evidence: str | None) -> Document:
    document |= {"contract": "w", "source": "case-system", "id": f"{REFERENCE}-{place}", "on": day}
    if who is not None:
        document["participant"] = who
    if evidence is not None:
        document["evidence"] = {"kind": evidence}
    if document["kind"] == "enrolment" and document["name"] == "started" and place % 3:
        document["attributes"] = {"cohort": ("north", "south")[place % 2]}
    return document


def _slot(document: Document) -> tuple[Any, ...]:
    """Two facts in one slot are a tie, which the sequence decides (terms 1)."""
    if document["kind"] in ("occurrence", "coverage"):
        return (document["id"],)
    name = document["name"] == "started" if document["kind"] == "enrolment" else document["name"]
    return (document["kind"], name, document["participant"], document["on"])


@st.composite
def _change(draw: st.DrawFn, of: Document, place: int) -> Document:
    """A correction or a retraction of a fact."""
    names_it = {"id": f"{REFERENCE}-{place}", "replaces": of["id"], "reason": "wrong in the case file"}
    if draw(st.booleans()):
        return {"contract": "w", "source": "case-system", "kind": "retraction", "on": of["on"], **names_it}
    changed = {**of, **names_it}
    shape = "job" if of.get("name") == "employment" else of["kind"]
    if shape in ("status", "job", "measurement"):
        changed["value"] = draw(st.sampled_from([word for word in _WORDS[shape] if word != "9.5"]))
    elif shape != "coverage":
        changed["on"] = draw(_DAYS)
    return changed


# A usual life, in days after enrolment: what most participants of most programmes have reported of them.
_LIFE: tuple[tuple[str, str, int], ...] = (
    ("occurrence", "emergency_visit", -40),
    ("measurement", "80", 0),
    ("cost", "1200", 0),
    ("status", "own_tenancy", 5),
    ("milestone", "moved_in", 5),
    ("milestone", "exam_passed", 40),
    ("hours", "40", 60),
    ("cost", "900.50", 90),
    ("measurement", "70", 92),
    ("hours", "40", 100),
    ("status", "own_tenancy", 110),
    ("job", "flexjob", 150),
    ("milestone", "exam_passed", 180),
    ("job", "ordinary", 185),
    ("status", "own_tenancy", 240),
    ("enrolment", "completed", 300),
    ("measurement", "73.2", 360),
    ("cost", "1300", 362),
    ("job", "ordinary", 368),
)


@st.composite
def _life(draw: st.DrawFn, who: str, first_place: int) -> list[Document]:
    """An enrolment and what is usually known after it, some of it left out and some of it moved."""
    start = _FIRST_DAY + timedelta(days=draw(st.integers(0, 300)))
    evidence = draw(st.sampled_from(["register", "register", None, "survey"]))
    told = [("enrolment", "started", 0), *_LIFE]
    left_out = draw(st.sets(st.integers(1, len(_LIFE)), max_size=4))
    moved, by = draw(st.integers(0, len(_LIFE))), draw(st.integers(0, 40))
    documents = []
    for place, (shape, word, days) in enumerate(told):
        if place not in left_out:
            day = (start + timedelta(days=days + (by if place == moved else 0))).isoformat()
            document = _dressed(_document(shape, word, day), first_place + place, who, day, evidence)
            if place == 0:
                document["attributes"] = {"cohort": "north"}
            documents.append(document)
    return documents


@st.composite
def fact_documents(draw: st.DrawFn, noise: int = 12, people: int = 3) -> list[Document]:
    """Facts as senders' documents, without ties; a correction or retraction stands after its target."""
    everybody = _document("coverage", "", draw(st.sampled_from(["2022-06-30", "2023-12-31", "2024-12-31"])))
    documents = [_dressed(everybody, 0, None, everybody["through"], "register")]
    for number in range(1, people + 1):
        documents += draw(_life(person(number), 100 * number))
    documents += [draw(_one(10_000 + place, people)) for place in range(draw(st.integers(0, noise)))]
    slots: set[tuple[Any, ...]] = set()
    kept: list[Document] = []
    for document in documents:
        _keep(document, kept, slots)
    if not draw(st.booleans()):
        kept = list(draw(st.permutations(kept)))
    for place, target in enumerate(draw(st.lists(st.sampled_from(kept), max_size=5, unique_by=lambda d: d["id"]))):
        change = draw(_change(target, 20_000 + place))
        _keep(change, kept, slots, draw(st.integers(kept.index(target) + 1, len(kept))))
    return kept


def facts(noise: int = 12, people: int = 3) -> st.SearchStrategy[list[Fact]]:
    """Facts without ties, each correction after what it corrects."""
    return fact_documents(noise, people).map(lambda documents: [read_fact(document, UTC) for document in documents])


def _keep(document: Document, kept: list[Document], slots: set[tuple[Any, ...]], at: int | None = None) -> None:
    slot = (document["id"],) if document["kind"] == "retraction" else _slot(document)
    if slot not in slots:
        slots.add(slot)
        kept.insert(len(kept) if at is None else at, document)


@st.composite
def shuffled(draw: st.DrawFn, told: list[Fact]) -> list[Fact]:
    """The same facts in another order in which every target still stands before what names it."""
    first = [fact for fact in told if fact.replaces is None]
    later = [fact for fact in told if fact.replaces is not None]
    order: list[Fact] = list(draw(st.permutations(first)))
    for fact in draw(st.permutations(later)):
        known = next(place for place, other in enumerate(order) if other.ref == fact.target)
        order.insert(draw(st.integers(known + 1, len(order))), fact)
    return order
