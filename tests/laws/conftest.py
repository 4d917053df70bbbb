"""How many examples the laws are tried on: a few by default, very many under HYPOTHESIS_PROFILE=campaign."""

import os

from hypothesis import HealthCheck, Phase, settings

_PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
_QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
settings.register_profile("moderate", deadline=None, max_examples=100, suppress_health_check=_QUIET, phases=_PHASES)
settings.register_profile("campaign", deadline=None, max_examples=3_000, suppress_health_check=_QUIET, phases=_PHASES)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "moderate"))
