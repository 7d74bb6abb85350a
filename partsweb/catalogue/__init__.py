"""Parts, vendors, their references and agreements."""
