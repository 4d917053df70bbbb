"""The routes by resource; each reads the request, calls one use case, and shapes the answer."""

from starlette.routing import BaseRoute

from service.api.routes import (
    access_records,
    accounts,
    audit,
    changes,
    closing,
    contracts,
    credentials,
    ending,
    erasures,
    events,
    findings,
    json_schemas,
    lives,
    money,
    payers,
    positions,
    proofs,
    rounds,
    statement_changes,
    statements,
    validating,
)

# The changes stand before the statements, where "changes" would be read as the position of a line.
_RESOURCES = (
    events,
    contracts,
    statement_changes,
    statements,
    rounds,
    lives,
    money,
    ending,
    erasures,
    payers,
    validating,
    changes,
    findings,
    accounts,
    positions,
    audit,
    proofs,
    access_records,
    closing,
    credentials,
    json_schemas,
)
# One list, in which a request is looked for once: routers inside routers are searched again at every step inwards.
V1: list[BaseRoute] = [route for resource in _RESOURCES for route in resource.router.routes]
# The schemas of what is sent are open to everybody.
GUARDED: list[BaseRoute] = [route for route in V1 if route not in json_schemas.router.routes]
