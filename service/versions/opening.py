"""The models that a plan names, loaded with the threads that work for them."""

from service.answers.explaining import Explainer
from service.answers.model import load_served
from service.answers.scoring import choose_scorer
from service.checks import needing_packages
from service.settings import Settings
from service.versions.lineup import Lineup, Serving
from service.versions.plan import PLAN, Plan, Version
from tagger.errors import DataError


def open_lineup(settings: Settings, plan: Plan, now: Lineup | None = None) -> Lineup:
    """The models of a plan; those that are served already are not loaded again. Raises TaggerError."""
    there = {serving.source: serving for serving in now.servings} if now else {}
    wanted = [plan.champion] + ([plan.challenger] if plan.challenger else [])
    return Lineup(plan, *[there.get(source) or open_serving(settings, source) for source in wanted])


def open_serving(settings: Settings, source: Version | None) -> Serving:
    """A model that answers; None for the one that the service was started with. Raises TaggerError."""
    wanted = source or settings
    with needing_packages():
        served = load_served(wanted.model, wanted.version, wanted.metrics, wanted.card)
        if source is not None and served.facts["sha256"] != source.sha256:
            raise DataError(f"{source.model} is not the {source.version} of {PLAN}: bring it with challenge again")
        scorer = choose_scorer(served.tagger, settings.scoring)
    return Serving(source, served, scorer, Explainer(served.tagger))
