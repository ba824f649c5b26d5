"""One meaning, several engines: ``reference`` defines it, the others must agree with it."""
