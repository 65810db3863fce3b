"""Is it international health cooperation, with whom, about what, and why. No clock, no network.

`judge` reads a lexicon (TOML), makes features of what stands where and how near, and weighs them with trained
weights (JSON). Both are data of the package, read
once when first needed; a verdict names the versions of both. The rules are in docs/relevance.md.
"""

from pipeline.relevance.explain import explain, lexicon_terms
from pipeline.relevance.gloss import gloss
from pipeline.relevance.judging import judge, judge_text
from pipeline.relevance.subject import acts, themes

__all__ = ["acts", "explain", "gloss", "judge", "judge_text", "lexicon_terms", "themes"]
