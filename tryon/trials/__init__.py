"""What strangers, bad luck and load do to the program, done to it on purpose; nothing at run time imports this."""
