"""What a question asks: its kind, its machine, and what it means after the turns before it."""
