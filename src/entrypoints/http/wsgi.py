"""What gunicorn serves: one application per process, the bundled prices read before the fork."""

import gc
import sys

from entrypoints import logging
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.patience import impatient
from entrypoints.settings import Settings

#: Seconds for which a thread may hold Python: a batch being read must not keep small requests
#: waiting for the default of 5 ms at each of their steps.
sys.setswitchinterval(0.0005)
#: New objects after which Python looks for garbage among them.
_LOOKED_AT_ONCE = 50_000
settings = Settings.from_environment()
logging.configure(settings.log_level)
container = Container(settings=settings)
# Not the book in force: its connection to the database would be shared by all the processes.
container.bundled_pricing_tables().current()
app = impatient(create_app(container))
# What stays for good, the prices above all, is not searched for garbage: that took a fifth of a
# second, in which nobody was served. And a request, which makes some ten thousand objects, is
# searched after it has let go of them, not several times before.
gc.collect()
gc.freeze()
gc.collect()  # Python measures its next search by what the last one left
gc.set_threshold(_LOOKED_AT_ONCE)
