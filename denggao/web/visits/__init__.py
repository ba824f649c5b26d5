"""包抓联, visits, experts and 诉求 tickets with their clocks."""
