"""Formroom: people fill one form together, live. Each folder is one room of the house; see docs/architecture.md."""
