"""Personal drafts of ordinary forms: what somebody has typed and not sent yet, kept on the server."""
