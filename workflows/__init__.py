"""The workflows of the worked examples: each shows one principle; docs/examples.md says which."""
