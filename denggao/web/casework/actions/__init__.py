"""Everything that changes batches, applications, opinions and titles."""
