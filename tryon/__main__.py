"""``python -m tryon``."""

import sys

from tryon.cli import main
from tryon.cli_quiet import hush_native_logs

if __name__ == "__main__":
    hush_native_logs()
    sys.exit(main())
