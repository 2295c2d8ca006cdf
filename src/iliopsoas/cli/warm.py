"""Draw every plate into the cache before a lesson asks for it."""

from __future__ import annotations

import contextlib
import os
import sys


def warm(background: bool = False) -> int:
    """Draw every plate that the cache lacks, with a progress bar.

    Parameters
    ----------
    background : bool, optional
        Give way to other programs, and end without a word when interrupted: it only saves time later.

    Returns
    -------
    int
        Exit code: 0, also when interrupted in the background.
    """
    from iliopsoas import widgets

    if background and hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(10)
    try:
        widgets.warm(progress=sys.stderr.isatty())
    except KeyboardInterrupt:
        if not background:
            raise
    except Exception as error:
        if not background:
            raise
        print(f"Could not draw the plates ahead ({error}); each is drawn when a lesson shows it.", file=sys.stderr)
    return 0
