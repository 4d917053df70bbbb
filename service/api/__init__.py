"""HTTP in, use case out: routes by resource, one problem format, one check of who calls."""
