# One image for every process of ours: the command says which (python -m ops.run NAME). See docs/adr for why.
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS python

# ── The build stage, which does not become part of the image ─────────────────────────────────────────────────────────
FROM python AS build
# To compile the gateway's request path to C extensions (docs/adr/0032).
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
# The file system is read-only at run time, so bytecode is compiled here; without timestamps, which change when copying.
WORKDIR /app
RUN rm -r requirements \
    && PYTHONPATH=/build/compiler /venv/bin/python -m ops.compiled . \
    && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /venv/lib . \
    && /venv/bin/python -m ops.collect /static

# ── The image ────────────────────────────────────────────────────────────────────────────────────────────────────────
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
# Owned by root, so that no process can change its own code.
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /static /static
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    # The same settings of glibc's allocator as those of `up` (ops/environment.py).
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    OPENCOMMERCE_STATIC_ROOT=/static \
    # The heartbeat file of processes without HTTP, and the address of their metrics.
    OPENCOMMERCE_HEARTBEAT_FILE=/tmp/heartbeat \
    OPENCOMMERCE_INSIDE_ADDRESS=0.0.0.0:9100
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# No health check here, since none suits every process: compose.yaml has one for each (ops/healthy.py).
CMD ["python", "-m", "ops.run", "--help"]
