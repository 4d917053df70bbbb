"""What the worked examples of the terms share: the facts of W1, and how priced lines are read."""

from service.core.events import Fact
from tests.book import Book
from tests.builders import housed, started

W1_FACTS = (
    started("P1", "2022-08-31"),
    housed("P1", "2022-08-31"),
    housed("P1", "2022-12-05"),
    housed("P1", "2023-03-01"),
    housed("P1", "2023-06-15", "shelter"),
    housed("P1", "2023-07-01"),
    housed("P1", "2024-07-02"),
)

P1_THREE_MONTHS = W1_FACTS[:3]


def three_months(participant: str, start: str, proof: str) -> tuple[Fact, ...]:
    """A participant housed from a date, proved by a shelter stay."""
    return (started(participant, start), housed(participant, start), housed(participant, proof, "shelter"))


def net_and_clips(book: Book, period: str) -> list[tuple[str, str, int, list[tuple[str, int]]]]:
    """Each priced line as (participant, step, net in major units, clips in major units), in fill order."""
    return [
        (
            line.finding.participant,
            line.finding.step,
            line.net_minor // 100,
            [(clip.limit, clip.minor // 100) for clip in line.clips],
        )
        for line in book.calculate(period).lines
    ]
