"""Labelled rows → weights of the second opinion: ridge logistic regression over words and pairs of words.

scikit-learn is used here and nowhere at judging time; its solver is deterministic.
"""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.relevance.wording import STEP, Counts, Wording, length

SOFTNESS = 3.0  # the inverse of the ridge; 1 to 10 were measured alike
FEWEST = 2  # rows a phrase must stand in


def fit_wording(read: Sequence[Counts], positive: Sequence[bool], version: str = "") -> Wording:
    """The weights from the counted phrases of rows.

    Rare phrases weigh more a piece (inverse document frequency), which is folded into the weights; they are rounded to
    STEP, as in the file.
    """
    holders = Counter(phrase for counts in read for phrase in counts)
    names = sorted(phrase for phrase, count in holders.items() if count >= FEWEST)
    place = {phrase: number for number, phrase in enumerate(names)}
    rarity = [log((1 + len(read)) / (1 + holders[phrase])) + 1 for phrase in names]
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, counts in enumerate(read):
        size = length(counts)
        for phrase, count in counts.items():
            if (column := place.get(phrase)) is not None:
                rows.append(row)
                columns.append(column)
                values.append(count / size * rarity[column])
    matrix = csr_matrix((values, (rows, columns)), shape=(len(read), len(names)))
    model = LogisticRegression(C=SOFTNESS, solver="liblinear", max_iter=1000, tol=1e-6)
    model.fit(matrix, np.array(positive, dtype=np.float64))
    weights = {
        phrase: steps * STEP
        for phrase, value, rare in zip(names, model.coef_[0], rarity, strict=True)
        if (steps := round(float(value) * rare / STEP))
    }
    return Wording(version=version, bias=round(float(model.intercept_[0]) / STEP) * STEP, weights=weights)
