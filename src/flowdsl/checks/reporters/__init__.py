"""Reporters: a shelf of output formats. A module is a format, and holds `report(findings) -> str`.

The exit code never depends on the format. `shown` findings are sorted and placed; a text ends with a newline or is empty.
"""
