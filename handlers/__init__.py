"""The Lambda handlers of the worked examples: one job each, stateless and idempotent."""
