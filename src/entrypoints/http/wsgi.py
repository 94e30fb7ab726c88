"""What gunicorn serves: one application per process, made ready before the fork."""

import sys

from entrypoints import logging
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.garbage import keep_what_is_there
from entrypoints.http.pages.templating import compile_templates
from entrypoints.http.patience import impatient
from entrypoints.settings import Settings

#: Seconds for which a thread may hold Python: a batch being read must not keep small requests
#: waiting for the default of 5 ms at each of their steps.
sys.setswitchinterval(0.0005)
settings = Settings.from_environment()
logging.configure(settings.log_level)
container = Container(settings=settings)
# Not the book in force: its connection to the database would be shared by all the processes.
container.bundled_pricing_tables().current()
pages_and_api = create_app(container)
compile_templates(pages_and_api)
app = impatient(pages_and_api)
keep_what_is_there()
