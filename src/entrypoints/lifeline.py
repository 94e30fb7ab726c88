"""A process that ends when the one that started it does, even by ``kill -9``."""

import os
import signal
import threading
import time

_EVERY_S = 0.5


#: Where the launcher leaves its process id: asking for the parent may already be too late.
PARENT = "TRUECOMPUTE_PARENT"


def end_with_parent() -> None:
    """Terminate this process as by SIGTERM once the launcher is not its parent any more.

    Looking is a matter of microseconds and works on every system; Linux's signal at a parent's
    death is tied to the thread that forked, and gone where that thread ends early.
    """
    parent = int(os.environ.get(PARENT) or os.getppid())

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
