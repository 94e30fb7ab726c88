"""How gunicorn runs the application; the launcher gives addresses and numbers."""

import os
import shutil
import tempfile
from typing import Any

from entrypoints.http.garbage import look_after_a_request
from entrypoints.http.longest_address import LONGEST_LINE
from entrypoints.http.server_threads import ServerThreads
from entrypoints.lifeline import end_with_parent

_host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
worker_class = ServerThreads
# Twice the default: two filters of long names in another script than Latin are more than that.
limit_request_line = LONGEST_LINE
# The price book and the imports are shared between the workers, and read once.
preload_app = True
timeout = 60
graceful_timeout = 20
# No header of a request sets its path or scheme here, not even from this machine: the application
# reads those of as many proxies as TRUSTED_PROXIES says.
forwarded_allow_ips = ""
# On by default since gunicorn 25, in the home folder, where two instances collide.
control_socket_disable = True
# The application logs its requests itself, without the paths.
accesslog = None
loglevel = "warning"


#: Where the processes keep their metrics, for whichever of them is asked; the library reads this
#: when it is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="truecompute-metrics-")


def on_starting(server: Any) -> None:  # noqa: ARG001 - a hook of gunicorn's
    """End when the launcher does."""
    end_with_parent()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - a hook of gunicorn's
    """Forget what only a living process can say: how many connections it holds."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:  # noqa: ARG001 - a hook
    """Look for garbage while nobody waits for this answer."""
    look_after_a_request()


def on_exit(server: Any) -> None:  # noqa: ARG001 - a hook of gunicorn's
    """Leave nothing behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
