"""Planted faults: does a test turn red when the server does otherwise than a claim says? `make mutate`."""
