"""Which model the service was started with: what is served where no plan names another, and what `reset` brings."""

from service.answers.model import SHORT, read_digest
from service.settings import Settings
from service.versions.lineup import Serving
from service.versions.plan import Version, write_started
from tagger.errors import TaggerError


def note_started(settings: Settings, champion: Serving) -> None:
    """Write it down; where the plan names the champion, that is another model, of which the seal alone is read."""
    facts = champion.served.facts
    version, sha256 = facts["version"], facts["sha256"]
    if champion.source is not None:
        try:
            sha256 = read_digest(settings.model)
        except TaggerError:
            return
        version = settings.version or sha256[:SHORT]
    write_started(settings.state, describe_started(settings, version, sha256))


def describe_started(settings: Settings, version: str, sha256: str) -> Version:
    """As whoever promotes another one needs it."""
    metrics, card = (path.absolute() if path.is_file() else None for path in (settings.metrics, settings.card))
    return Version(model=settings.model.absolute(), version=version, sha256=sha256, metrics=metrics, card=card)
