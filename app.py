"""Start the page: ``python app.py``. Host and port are Gradio's own environment variables."""

import os
import signal
import sys

# Before gradio is imported: it reads these once, and nothing here may call home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
# The native libraries' chatter; errors still show.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main() -> None:
    """Build the page and serve it until it is stopped."""
    from tryon.errors import TryOnError
    from tryon.memory import use_one_pool

    use_one_pool()
    from tryon.ui.app import main as serve

    # A host stops programs with SIGTERM: end as after Ctrl-C, so that temporary files are removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve()
    except TryOnError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
