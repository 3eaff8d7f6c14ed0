"""What files say that give names to connection factories and destinations, and the connection URLs in them."""
