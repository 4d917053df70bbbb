"""When a metric counts as achieved: every rule kind there is; service.core.evaluate interprets them."""

from typing import Annotated

from pydantic import Field

from service.core.terms.counting_rules import EventReductionRule, ThresholdSumRule, TimeInStatusRule
from service.core.terms.group_rules import (
    CohortMeanRule,
    CohortShareRule,
    ComparisonRule,
    CompositeRule,
    MemberRule,
    SavingRule,
)
from service.core.terms.individual_rules import (
    AbsenceRule,
    ImprovementRule,
    MilestoneRule,
    StatusAtRule,
    SustainedStatusRule,
)

__all__ = [
    "AbsenceRule",
    "CohortMeanRule",
    "CohortShareRule",
    "ComparisonRule",
    "CompositeRule",
    "EventReductionRule",
    "GroupRule",
    "ImprovementRule",
    "IndividualRule",
    "MemberRule",
    "MilestoneRule",
    "Rule",
    "SavingRule",
    "StatusAtRule",
    "SustainedStatusRule",
    "ThresholdSumRule",
    "TimeInStatusRule",
    "is_of_group",
]

IndividualRule = (
    MilestoneRule
    | SustainedStatusRule
    | StatusAtRule
    | AbsenceRule
    | ImprovementRule
    | TimeInStatusRule
    | EventReductionRule
    | ThresholdSumRule
    | CompositeRule
    | SavingRule
)
GroupRule = CohortShareRule | CohortMeanRule | ComparisonRule | SavingRule
Rule = Annotated[
    MilestoneRule
    | SustainedStatusRule
    | StatusAtRule
    | AbsenceRule
    | ImprovementRule
    | TimeInStatusRule
    | EventReductionRule
    | ThresholdSumRule
    | CompositeRule
    | CohortShareRule
    | CohortMeanRule
    | ComparisonRule
    | SavingRule,
    Field(discriminator="kind"),
]


def is_of_group(rule: Rule) -> bool:
    """Whether the rule judges a group as a whole, not each participant."""
    if isinstance(rule, SavingRule):
        return not rule.is_individual
    return isinstance(rule, CohortShareRule | CohortMeanRule | ComparisonRule)
