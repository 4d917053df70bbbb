"""Tests of everything that touches the world: database, files, network."""
