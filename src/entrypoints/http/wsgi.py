"""What gunicorn serves: one application per process, the bundled prices read before the fork."""

from entrypoints import logging
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.http.patience import impatient
from entrypoints.settings import Settings

settings = Settings.from_environment()
logging.configure(settings.log_level)
container = Container(settings=settings)
# Not the book in force: its connection to the database would be shared by all the processes.
container.bundled_pricing_tables().current()
app = impatient(create_app(container))
