"""Iliopsoas: plates, facts and lessons about the iliopsoas."""
