"""The program office's desk, table by table. Every act on it goes through an action, and nothing derived can be typed."""
