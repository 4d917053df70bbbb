"""The use cases, one file each: load, call the core, save."""
