"""What the interface takes and gives, by department."""
