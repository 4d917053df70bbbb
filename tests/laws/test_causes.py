"""The promise that every line says what brought it about, tried on generated contracts and facts."""

from hypothesis import given

from tests.book import lines
from tests.laws.test_laws import PERIODS, Story, stories

# Causes that no fact has to stand behind; room in a limit may be taken or given back by the end of a period.
NAMELESS = {
    "outcome",
    "first-statement",
    "terms-version",
    "count-moved",
    "outcome-stated",
    "period-ended",
    "limit-freed",
    "limit-filled",
}


@given(stories())
def test_every_line_names_its_cause(story: Story) -> None:
    book = story.opened()
    for turn, label in enumerate(PERIODS):
        story.learn(book, turn)
        for draft in book.issue(label).values():
            for line in lines(draft):
                cause = line["cause"]
                assert cause["sentence"].strip()
                named = cause["facts"] or cause["code"] in NAMELESS
                assert named, (line["kind"], cause)
