"""What is claimed about speed, each a command of the Makefile."""
