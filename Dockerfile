# The ledger as an image: built from the pinned requirements, run as a user without rights. docs/operations.md says how.
FROM python:3.11-slim AS build
WORKDIR /srv/ledger
RUN python -m venv /opt/ledger
COPY requirements.txt ./
RUN /opt/ledger/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY service service
COPY migrations migrations
COPY contracts contracts
RUN /opt/ledger/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ledger \
    && install -d -o ledger -g ledger /srv/ledger/data
COPY --from=build /opt/ledger /opt/ledger
COPY --from=build /srv/ledger /srv/ledger
WORKDIR /srv/ledger
# The schema changes when an operator says so, not when one of several containers happens to start.
ENV PATH=/opt/ledger/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 MIGRATE_AT_START=false
USER ledger
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["outcomes-ledger", "health"]
CMD ["outcomes-ledger", "serve"]
