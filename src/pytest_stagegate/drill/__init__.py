"""The drill: faults planted into copies of real evidence files, to see that every gate can fail."""
