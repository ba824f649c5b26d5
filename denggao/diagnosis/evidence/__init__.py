"""证据链 and 三表对平: what a firm would file, checked for itself before somebody else does."""
