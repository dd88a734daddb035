"""Where CPU work and the parsing of untrusted bytes run."""
