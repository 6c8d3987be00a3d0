"""Processing of uploads, in a process with limits: `client.py` is for workers."""
