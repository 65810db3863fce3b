"""About what: the act of cooperation and the themes of a story."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.relevance.features import WORKFORCE, Passage
from pipeline.relevance.lexicon import load

# Words for hospitals, doctors and health as such stand in most stories: they are its theme where nothing else is.
GENERAL = {"health system": 0.3, "hospital and infrastructure": 0.35, WORKFORCE: 0.5}
CARE = "care"  # that there is a patient or a doctor: no theme
VAGUE = 0.25  # "cooperation" is the act only where no plainer one has this share of its worth
LEAST = 0.35  # of the foremost theme's worth: what a further theme must have
MOST = 2  # themes


def themes() -> frozenset[str]:
    """Every theme that a story can have."""
    return _values("health") - {CARE}


def acts() -> frozenset[str]:
    """Every act that a story can have."""
    return _values("act")


def _values(kind: str) -> frozenset[str]:
    return frozenset(t.group.value for terms in load().terms.values() for t in terms if t.group.kind == kind)


def subject(title: Passage, lead: Passage | None, body: Sequence[Passage]) -> tuple[str | None, tuple[str, ...]]:
    """The act and the themes, by where and how often their words stand."""
    acts: dict[str, float] = defaultdict(float)
    themes: dict[str, float] = defaultdict(float)
    for weight, some in ((4.0, [title]), (1.5, [lead] if lead else []), (0.3, body)):
        for passage in some:
            for sentence in passage.sentences:
                near = 1.0 if sentence.foreign else 0.5
                for strength, hit in sentence.act:
                    acts[hit.group.value] += weight * strength * near
                for strength, hit in sentence.health:
                    if hit.group.kind == "health" and hit.group.value != CARE:
                        themes[hit.group.value] += weight * strength * GENERAL.get(hit.group.value, 1.0)
    named = {act: worth for act, worth in acts.items() if act != "cooperation"}
    act = max(named, key=lambda name: (named[name], name), default=None)
    if act is None or named[act] < VAGUE * acts.get("cooperation", 0.0):
        act = "cooperation" if acts.get("cooperation") else act
    if act == "training":
        themes[WORKFORCE] = max(themes[WORKFORCE], max(themes.values(), default=1.0))
    ranked = sorted(themes.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [theme for theme, worth in ranked if worth >= LEAST * ranked[0][1]]
    return act, tuple([theme for theme in told if theme != "health system"][:MOST] or told[:1])
