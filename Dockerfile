# Formroom's image: the site, its static files collected, and nothing to build with. One web process to a container;
# docker-compose.yml says how many there are and what stands around them.
#
#   docker build --tag formroom .

ARG PYTHON=python:3.11-slim-bookworm

# --- what is built, in an image that is thrown away ----------------------------------------------

FROM ${PYTHON} AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /formroom

# First, and alone: it is made again only when these change. Every requirement is a wheel, so nothing is compiled.
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --only-binary=:all: --no-compile --requirement requirements.txt

COPY asgi.py manage.py ./
COPY project/ project/
COPY collab/ collab/
COPY templates/ templates/
COPY static/ static/

# Embedded for this one command: it needs settings, and no secret.
RUN STATIC_ROOT=/formroom/staticfiles FORMROOM_VAR_DIR=/tmp /venv/bin/python manage.py collectstatic --noinput --verbosity 0

# Bytecode once, here: the containers cannot write it. By hash, not by time, so that the same source gives the same files.
RUN /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /venv/lib project collab asgi.py manage.py

# --- what is run ---------------------------------------------------------------------------------

FROM ${PYTHON} AS web

# The image's own pip would be good for nothing but bringing in more.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin formroom

ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/formroom/staticfiles
WORKDIR /formroom
COPY --from=build /venv /venv
COPY --from=build /formroom /formroom

# By number: whoever runs it can see that it is not root. What is in the image belongs to root and cannot be changed.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["python", "manage.py", "web", "--host", "0.0.0.0", "--port", "8000"]
