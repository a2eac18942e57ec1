"""Formroom in production: the proxy, the stores, backups, and the whole of it on one machine. No part of the site."""
