"""Sizes and speeds that the design promises, measured against a reference in the same run. See `__main__`."""
