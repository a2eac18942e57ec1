"""Live forms: what is stored of them, how ops are committed, and how everyone in a room hears of it."""
