"""Benchmarks: CPU time of MySocial, compared with a peer or a floor in the same run."""
