"""完不完得成: stock and flow of titles, and the probability that a target is reached."""
