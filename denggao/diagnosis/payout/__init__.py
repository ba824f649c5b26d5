"""兑现: who is paid how much, by which measure, and what it comes to."""
