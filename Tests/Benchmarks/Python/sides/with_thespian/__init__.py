"""With Thespian on its simpleSystemBase: actors in this process, on this thread."""
