"""The paths of a workflow."""
