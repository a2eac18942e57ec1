"""Templates at run time."""
