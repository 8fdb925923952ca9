"""`python -m toymono` is the command `toymono`."""

from toymono.command_line.main import program

if __name__ == "__main__":
    program()
