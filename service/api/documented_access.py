"""What the document of the API tells of access: the schemes, and for each operation the permission and who has it."""

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from service.api.permissions import needed_by
from service.api.routes.development_tokens import TOKEN_PATH
from service.settings import Settings
from service.workflows.roles import MAY, PERMISSIONS, ROLES, Permission

_KEY, _TOKEN = "key", "oauth2"


def document_access(document: dict[str, Any], routes: Iterable[BaseRoute], chosen: Settings) -> None:
    """Put it into the document; access tokens stand there only where the docs page can fetch one."""
    flows = _flows(chosen)
    if flows:
        told = "An access token of at most an hour in place of a key; its scope can only narrow what its holder may do."
        document["components"]["securitySchemes"][_TOKEN] = {"type": "oauth2", "description": told, "flows": flows}
    schemes = (_KEY, _TOKEN) if flows else (_KEY,)
    for route in routes:
        needed = needed_by(route.endpoint) if isinstance(route, APIRoute) else None
        if needed is not None and isinstance(route, APIRoute):
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                operation["security"] = [{scheme: [needed]} for scheme in schemes]
                operation["description"] = f"{operation['description']}\n\n{needs_of(needed)}"


def needs_of(permission: Permission) -> str:
    """A sentence that names the permission and the roles that have it."""
    return f"Needs: `{permission}` ({_roles_with(permission)})."


def _flows(chosen: Settings) -> dict[str, Any]:
    token_url = TOKEN_PATH if chosen.development_issuer else chosen.oauth_token_url
    if not token_url:
        return {}
    scopes = {permission: _roles_with(permission) for permission in PERMISSIONS}
    flows: dict[str, Any] = {"clientCredentials": {"tokenUrl": token_url, "scopes": scopes}}
    if chosen.oauth_authorization_url:
        address = chosen.oauth_authorization_url
        flows["authorizationCode"] = {"authorizationUrl": address, "tokenUrl": token_url, "scopes": scopes}
    return flows


def _roles_with(permission: Permission) -> str:
    return ", ".join(role for role in ROLES if permission in MAY[role])
