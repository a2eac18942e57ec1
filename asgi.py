"""The ASGI application: what uvicorn serves. It owns the order of start-up and nothing else.

What may not be served like this stops any server here, before it takes a single connection.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()  # before anything that imports models

from channels.routing import ProtocolTypeRouter

from collab.rooms.routing import LiveForms
from project.checks import refuse_to_start
from project.probes import Probes

refuse_to_start()
live_forms = LiveForms()
application = ProtocolTypeRouter(
    {"http": Probes(django_application, live_forms), "websocket": live_forms, "lifespan": live_forms}
)
