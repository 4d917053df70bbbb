"""Laws that hold for every contract and every set of facts, tried on generated ones."""
