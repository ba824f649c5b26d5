"""体检诊断: verdicts, the pool, lists, and the law itself as pages."""
