"""What a queue is compared with: a direct call, a table that is polled, and the theory of waiting lines."""
