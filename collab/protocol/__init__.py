"""What travels between a browser and the server: messages, how they are written and read, and the codes of refusals."""
