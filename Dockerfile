# One image for every process of ours: the command says which (python -m ops.run NAME). See docs/adr for why.
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS python

# ── What is only needed to build stays in here ───────────────────────────────────────────────────────────────────────
FROM python AS build
# Makes the gateway's path C extensions (docs/adr/0032).
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -r /var/lib/apt/lists/*
COPY requirements/platform.txt requirements/compile.txt /build/
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --no-compile \
        --require-hashes --only-binary :all: --requirement /build/platform.txt \
    && pip install --no-cache-dir --disable-pip-version-check --no-compile --target /build/compiler \
        --require-hashes --only-binary :all: --requirement /build/compile.txt
COPY . /app
# The file system is read-only when it runs, so that bytecode is made here; by content, since a copy has times of its own.
WORKDIR /app
RUN rm -r requirements \
    && PYTHONPATH=/build/compiler /venv/bin/python -m ops.compiled . \
    && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /venv/lib . \
    && /venv/bin/python -m ops.collect /static

# ── What runs ────────────────────────────────────────────────────────────────────────────────────────────────────────
FROM python
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="OpenCommerce" \
      org.opencontainers.image.description="An online shop as six independent services that tell each other facts." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11.14-slim-bookworm"
RUN groupadd --gid 10001 opencommerce \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin opencommerce
# Root's, so that no process can change what it runs.
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /static /static
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    # What `up` tells glibc's allocator too (ops/environment.py).
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    OPENCOMMERCE_STATIC_ROOT=/static \
    # Where processes that answer no HTTP leave a sign of life, and where they show their metrics.
    OPENCOMMERCE_HEARTBEAT_FILE=/tmp/heartbeat \
    OPENCOMMERCE_INSIDE_ADDRESS=0.0.0.0:9100
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# No health check that would suit every process: compose.yaml gives each its own (ops/healthy.py).
CMD ["python", "-m", "ops.run", "--help"]
