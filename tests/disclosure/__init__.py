"""What an investor can find out about a few from everything it was ever sent."""
