"""An issuer of access tokens for tests: its keys, its key set, and tokens as it makes them or as others forge them."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from service.main import create_app
from service.settings import Settings
from service.workflows.access_tokens import AccessTokens, TokenRules
from service.workflows.issuer_keys import Fetch, IssuerKeys
from service.workflows.ledger import Ledger
from tests.shell.calling import NOW

ISSUER, AUDIENCE, SUBJECT = "https://login.example.org", "https://ledger.example.org", "machine-1"
RULES = TokenRules(ISSUER, AUDIENCE, ("ES256", "Ed25519"), 3600)
SECONDS = int(NOW.timestamp())
SETTINGS = {
    "oauth_issuer": ISSUER,
    "oauth_audience": AUDIENCE,
    "oauth_jwks_url": "https://login.example.org/jwks.json",
    "failed_logins_per_minute": 0,
}


def encoded(text: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(text).decode().rstrip("=")


@dataclass
class Issuer:
    """An issuer with a key of each kind; `asked` counts how often its key set was fetched."""

    curve: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"}))
    edwards: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": "edwards", "use": "sig"}))
    others: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0

    async def key_set(self) -> bytes:
        """What it answers at the address of its keys."""
        self.asked += 1
        return orjson.dumps(
            {"keys": [*self.others, *(key.as_dict(private=False) for key in (self.curve, self.edwards))]}
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What a good token says, with changes; None leaves a claim out."""
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "iat": SECONDS, "exp": SECONDS + 600, **changes}
        return {name: value for name, value in said.items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of a good token, with changes; None leaves a member out."""
        said = {"typ": "at+jwt", "alg": "Ed25519", "kid": "edwards", **changes}
        return {name: value for name, value in said.items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token of this issuer, signed by the key that its algorithm asks for."""
        said = self.header(**(header or {}))
        return self.signed(json.dumps(said).encode(), json.dumps(self.claims(**claims)).encode(), said.get("alg", ""))

    def signed(self, header: bytes, payload: bytes, algorithm: str = "Ed25519", key: Any = None) -> str:
        """These very bytes with a signature by the issuer's key for the algorithm, or by another key."""
        signer = key or (self.curve if algorithm == "ES256" else self.edwards)
        text = f"{encoded(header)}.{encoded(payload)}"
        return f"{text}.{encoded(jws.JWSRegistry.algorithms[algorithm].sign(text.encode(), signer))}"


def tokens_of(fetch: Fetch) -> AccessTokens:
    """The rules of the tests, with that way to the keys."""
    return AccessTokens(RULES, IssuerKeys(fetch))


def client_with_tokens(ledger: Ledger, fetch: Fetch, **settings: Any) -> httpx.AsyncClient:
    """A client, without credentials, of the service that takes the tokens of that issuer."""
    app = create_app(Settings(**{**SETTINGS, **settings}), ledger)
    app.state.tokens = tokens_of(fetch)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger")
