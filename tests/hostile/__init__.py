"""What nobody should send, and a service that goes on all the same."""
