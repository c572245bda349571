"""The shelf of optimised integrations: one module, one service, one `service`."""
