"""Measurements: each prints CPU time and the peer or the floor of the same run beside it."""
