"""Are we hit? Logs and events against indicators: parse, compile, match, explain. Pure."""
