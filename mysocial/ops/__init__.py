"""Operations: health, probes, metrics, consistency checks, backup and restore.

The public modules are imported by name. Importing this package alone loads no model, which keeps
`python -m mysocial.ops.probe` fast.
"""

__all__ = ["stats"]
