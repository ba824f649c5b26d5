"""拟稿: the raw text of a plan, a notice or a scheme → a draft instrument, every item with the
place in the text that it was taken from. Rules and word lists only; a person confirms."""
