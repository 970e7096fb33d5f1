# Every part of the stack on nothing but Debian 12. The image `engine` is filled by the same
# setup/install as a bare machine, so that the two cannot drift.
#
# Secrets tell a build how to reach packages from behind a proxy or mirror: `apt` (an apt.conf),
# `pip` (a pip.conf), `npm` (an npmrc), `ca` (certificates, for `cert = /run/secrets/ca.crt` in the
# one and `cafile=/run/secrets/ca.crt` in the other); see docs/install.md. Without them the public
# servers are asked.

FROM docker.io/library/debian:12-slim AS debian

FROM debian AS redis
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/99builder \
    apt-get update && apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/*
COPY setup/containers/redis /usr/local/bin/run
USER redis
VOLUME /var/lib/redis
EXPOSE 6379
CMD ["run"]

FROM debian AS mosquitto
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/99builder \
    apt-get update && apt-get install -y --no-install-recommends mosquitto mosquitto-clients \
    && rm -rf /var/lib/apt/lists/*
COPY setup/containers/mosquitto /usr/local/bin/run
USER mosquitto
EXPOSE 1883
CMD ["run"]

FROM debian AS postgres
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/99builder \
    apt-get update && apt-get install -y --no-install-recommends postgresql-common \
    && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
        /etc/postgresql-common/createcluster.conf \
    && apt-get install -y --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/*
COPY setup/containers/postgres /usr/local/bin/run
USER postgres
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["run"]

# What the engine stands on: its packages, Asterisk, Python's packages and Node.
FROM debian AS ground
# the code comes after its packages, so that a change of code does not fetch them again
ENV XDG_CACHE_HOME=/var/cache PYTHONPATH=/opt/cti PYTHONUNBUFFERED=1
WORKDIR /opt/cti
COPY setup/install setup/steps.sh setup/
RUN --mount=type=secret,id=apt,target=/etc/apt/apt.conf.d/99builder \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && setup/install packages asterisk \
    && rm -rf /var/lib/apt/lists/* .state
COPY pyproject.toml requirements.lock README.md ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt \
    setup/install python && rm -rf .state

FROM ground AS console
COPY . .
RUN --mount=type=secret,id=npm,target=/root/.npmrc \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt \
    setup/install console

# The engine: service with the console, PBX and, for demos, the world outside.
FROM ground AS engine
COPY . .
COPY --from=console /opt/cti/console/dist console/dist
RUN useradd --system --home-dir /var/lib/cti cti \
    && install -d -o cti -g cti /var/lib/cti /var/lib/cti/pbx /var/lib/cti/phones \
        /var/lib/cti/recordings /var/lib/cti/serve /var/cache/cti
USER cti
ENTRYPOINT [".venv/bin/cti"]
CMD ["serve"]
