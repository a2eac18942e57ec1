"""Formroom as it runs in production, on one machine and without containers: `make run-cluster`.

`programs` says what a process is and keeps it alive, `stores` are PostgreSQL and Redis, `proxy` is nginx, `site` puts
them together, `__main__` is the command. The settings, scripts and configuration are those of the containers.
"""
