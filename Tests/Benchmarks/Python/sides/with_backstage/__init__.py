"""With Backstage."""
