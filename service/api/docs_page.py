"""The docs page: Swagger UI with every asset served by the service itself, and no inline script."""

from pathlib import Path
from urllib.parse import urlsplit

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from service.settings import Settings

_ASSETS = Path(fastapi_offline.__file__).parent / "static"

# The page and Swagger UI have style elements of their own; scripts and fonts are the service's only, and so are
# requests, but for those to the issuer of access tokens.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'{issuer}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outcomes ledger</title>
<link rel="icon" href="/docs-assets/favicon.png">
<link rel="stylesheet" href="/docs-assets/swagger-ui.css">
<style>
.swagger-ui .highlight-code pre, .swagger-ui .highlight-code code, .swagger-ui .highlight-code code span {
  word-break: normal !important;
  overflow-wrap: anywhere !important;
}
</style>
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs-assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  persistAuthorization: false,
  oauth2RedirectUrl: window.location.origin + "/docs/logged-in",
});
window.ui.initOAuth({ usePkceWithAuthorizationCodeGrant: true });
"""

# Where an issuer sends people back to who logged in from the page: hands its answer to the page, and closes.
_LOGGED_IN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Logged in</title></head>
<body><script src="/docs/logged-in.js"></script></body></html>
"""
_HAND_OVER = """const asked = window.opener.swaggerUIRedirectOauth2;
const answer = new URLSearchParams(window.location.search);
if (answer.get("code") && answer.get("state") === asked.state) {
  asked.auth.code = answer.get("code");
  delete asked.state;
  asked.callback({ auth: asked.auth, redirectUrl: asked.redirectUrl });
} else {
  const message = answer.get("error_description") || answer.get("error") || "The issuer's answer is not ours.";
  asked.errCb({ authId: asked.auth.name, source: "auth", level: "error", message: message });
}
window.close();
"""


def install_docs_page(app: FastAPI, chosen: Settings) -> None:
    """Serve the page at /docs and lead / to it."""
    app.mount("/docs-assets", StaticFiles(directory=_ASSETS), name="docs-assets")
    url = urlsplit(chosen.oauth_token_url)
    issuer = f" {url.scheme}://{url.netloc}" if url.netloc else ""
    headers = {"Content-Security-Policy": _POLICY.format(issuer=issuer), "Cache-Control": "no-cache"}

    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(_PAGE, headers=headers)

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    if chosen.oauth_authorization_url:

        @app.get("/docs/logged-in", include_in_schema=False)
        async def logged_in() -> Response:
            return HTMLResponse(_LOGGED_IN, headers=headers)

        @app.get("/docs/logged-in.js", include_in_schema=False)
        async def hand_over() -> Response:
            return Response(_HAND_OVER, media_type="text/javascript")
