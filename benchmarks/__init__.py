"""Figures, each beside its peer or its floor, measured in one run. `make bench` runs them all."""
