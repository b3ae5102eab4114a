"""What an action must know before it acts. Nothing here knows Django, or reads or writes anything."""
