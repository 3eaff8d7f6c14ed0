"""What several transports have in common; it knows no client library and no transport."""
