"""The command line's nouns, a module each: `add_to` says how a command is called, and its function what it does."""
