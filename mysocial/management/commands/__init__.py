"""Management commands; `up`, `status` and `doctor` are the most useful in development."""
