"""规则: the language of instruments, its meaning, and the engines that run it."""
