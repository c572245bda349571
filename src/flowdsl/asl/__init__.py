"""Amazon States Language as data: fields, grammar, loading, positions. Knows no tool."""
