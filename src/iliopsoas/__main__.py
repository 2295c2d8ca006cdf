"""Let ``python -m iliopsoas`` do what the ``iliopsoas`` command does."""

import sys

from iliopsoas.cli import main

if __name__ == "__main__":
    sys.exit(main())
