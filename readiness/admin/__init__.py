"""The program office's admin site, table by table. Every change goes through an action, and nothing derived can be edited."""
