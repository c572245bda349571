"""What @workflow takes where it does not say: set by the project's settings. Imports nothing, since every command sets it."""

query_language = "JSONata"
