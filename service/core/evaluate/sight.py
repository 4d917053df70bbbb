"""One participant as seen through each rule of evidence; what is seen alike is built once."""

from collections.abc import Sequence

from service.core.evaluate.judge import Person
from service.core.evaluate.plan import Accepts, Plan, is_accepted
from service.core.evaluate.timeline import Timeline, timeline_of
from service.core.events import RecordedFact


class Sight:
    """A participant's facts in order of sequence, and its timelines."""

    def __init__(self, participant: str, facts: Sequence[RecordedFact], plan: Plan) -> None:
        self.everything: Timeline = timeline_of(participant, facts, plan.everybody[None])
        self._facts, self._plan = facts, plan
        self._persons: dict[Accepts, Person] = {None: Person(self.everything, self.everything)}

    def through(self, accepts: Accepts) -> Person:
        """The participant by evidence of those kinds; the same timeline where nothing is left out."""
        if accepts not in self._persons:
            self._persons[accepts] = self._seen(accepts)
        return self._persons[accepts]

    def _seen(self, accepts: Accepts) -> Person:
        usable = [entry for entry in self._facts if is_accepted(entry, accepts)]
        if len(usable) == len(self._facts) and self._plan.shares_all[accepts]:
            return self._persons[None]
        timeline = timeline_of(self.everything.participant, usable, self._plan.everybody[accepts])
        return Person(self.everything, timeline)
