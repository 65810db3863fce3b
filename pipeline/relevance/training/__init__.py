"""Labelled rows → the judge's weights: to train and to measure, never to judge. numpy comes with the extra `train`."""
