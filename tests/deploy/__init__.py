"""Formroom as it is run for others: on real servers, behind a real proxy, in processes of its own."""
