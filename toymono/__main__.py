"""`python -m toymono` is the command `toymono`."""

from toymono.cli import main

if __name__ == "__main__":
    main()
