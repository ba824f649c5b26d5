"""演示: a synthetic county to try everything on, every piece of it labelled 模拟数据."""
