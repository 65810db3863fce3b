"""Labelled pairs of texts → the weights by which events are joined. Needed to train and to measure, never to match."""
