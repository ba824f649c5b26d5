"""规范: the instruments, by place. Each file is text, rule and proof in one."""
