"""What a form is, and how operations change it: pure, knows neither Django nor Channels, neither time nor sockets."""
