"""With Pykka: actors on threads of their own."""
