"""Plans' texts, targets and their split, the board (挂图作战)."""
