"""Portfolios of any size that never were: for measuring, never for reading about anybody."""
