"""The program office's desk, table by table. Every act on it goes through a verb, and nothing derived can be typed."""
