"""Pictures to send to somebody: before and after side by side, split, or as a short film, marked as generated."""
