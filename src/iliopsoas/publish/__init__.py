"""Plates as files: the pictures in ``figures/``."""
