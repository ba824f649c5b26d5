"""诊断: what decides, what is missing, who is nearest."""
