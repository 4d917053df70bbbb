"""The life of statements and money after the calculation: states, who may do what next, and what is due and paid."""
