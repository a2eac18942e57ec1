"""`python -m bench.server APPLICATION HOST PORT`: serves it as `make run` serves Formroom.

The textbook is served so too: what is compared is what happens behind the socket.
"""

from __future__ import annotations

import sys

import uvicorn

from bench.processes import allow_many_sockets
from project.serving import UVICORN

if __name__ == "__main__":
    application, host, port = sys.argv[1:]
    allow_many_sockets()
    uvicorn.run(application, host=host, port=int(port), backlog=4096, access_log=False, **UVICORN)
