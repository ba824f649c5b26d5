"""台账: enterprises, what was said of them and by whom, titles, imports."""
