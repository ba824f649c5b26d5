"""What is read of batches, applications, opinions and titles."""
