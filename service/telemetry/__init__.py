"""What the operator sees of the running service: log lines, metrics, and the marks that tie them to a request."""
