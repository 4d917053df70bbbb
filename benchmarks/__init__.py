"""The service beside its limit: each case does the same work twice, once through the service and once bare."""
