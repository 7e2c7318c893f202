"""With asyncio alone: a task and a queue for an actor."""
