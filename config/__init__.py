"""The settings, the addresses and the two ways in: nothing about pilots."""
