"""People, teams, signing in."""
