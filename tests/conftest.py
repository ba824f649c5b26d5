"""Settings that all tests share."""

from hypothesis import settings

# Loading an instrument for the first time takes long, once: no deadline per example.
# Every day the same examples, so that a red gate is always the change's own doing. New ones,
# and fifty times as many: pytest --hypothesis-profile=thorough
settings.register_profile("denggao", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=5000)
settings.load_profile("denggao")
