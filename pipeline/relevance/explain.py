"""A verdict in sentences a person can read: why it is in, or why it was left out."""

from pipeline.relevance.lexicon import load
from storage.records import NO_LANGUAGE, Evidence, Verdict


def explain(verdict: Verdict) -> tuple[str, ...]:
    """Sentences: the judgement, what speaks for it, what speaks against it, what is missing, who decided."""
    if verdict.decided_by == "model" and any(e.kind == NO_LANGUAGE for e in verdict.evidence):
        named = next((e.phrase for e in verdict.evidence if e.kind == NO_LANGUAGE), "")
        return (f"Not judged: written in a language that is not read{f' ({named})' if named else ''}.",)
    lines = [_judgement(verdict)]
    wanted = [e for e in verdict.evidence if e.weight > 0 and e.phrase]
    against = [e for e in verdict.evidence if e.weight < 0 and e.phrase]
    missing = [e for e in verdict.evidence if e.kind.startswith("missing")]
    if wanted:
        lines.append("For it: " + "; ".join(_phrase(e) for e in wanted[:6]) + ".")
    lines += [_absence(e) for e in missing]
    if against:
        lines.append("Against it: " + "; ".join(_phrase(e) for e in against[:6]) + ".")
    if verdict.relevant and verdict.partners:
        lines.append("Partners: " + ", ".join(verdict.partners) + ".")
    return tuple(lines)


def lexicon_terms(evidence: Evidence) -> tuple[str, ...]:
    """Which lexicon groups (`file#id`) made a piece of evidence; () for evidence without a phrase."""
    return load().sources(evidence.phrase) if evidence.phrase else ()


def _judgement(verdict: Verdict) -> str:
    share = _share(verdict.score)
    if verdict.decided_by != "model":
        return f"{'Included' if verdict.relevant else 'Left out'} by {verdict.decided_by}."
    if verdict.relevant:
        return f"Included: {share} likely to be international health cooperation" + (
            f" ({verdict.gloss})." if verdict.gloss else "."
        )
    return f"Left out: {share} likely to be international health cooperation."


def _share(score: float) -> str:
    if score < 0.01:
        return "less than 1 %"
    if score > 0.99:
        return "over 99 %"
    return f"{score * 100:.0f} %"


def _phrase(evidence: Evidence) -> str:
    return f"“{evidence.phrase}” ({evidence.kind}, {evidence.place}, {evidence.weight:+.2f})"


def _absence(evidence: Evidence) -> str:
    said = evidence.kind.removeprefix("missing: ")
    return f"Missing: {said}" + (f" ({evidence.weight:+.2f})." if evidence.weight else ".")
