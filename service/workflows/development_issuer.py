"""An issuer of access tokens inside the service, for development and tests; its key lives in memory alone."""

from collections.abc import Collection

import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey

from service.workflows.access_tokens import TokenRules
from service.workflows.callers import Caller
from service.workflows.ledger import Ledger

LIFE_SECONDS = 600
RULES = TokenRules(
    "urn:outcomes-ledger:development-issuer", "outcomes-ledger", ("Ed25519",), LIFE_SECONDS, names_credentials=True
)


class DevelopmentIssuer:
    """Signs access tokens of ten minutes for whoever has a key of a credential."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)

    async def key_set(self) -> bytes:
        """Its public key as a JWK set (RFC 7517)."""
        return orjson.dumps({"keys": [self._key.as_dict(private=False)]})

    def token(self, ledger: Ledger, caller: Caller, scope: Collection[str]) -> str:
        """An access token for the caller, narrowed to these permissions."""
        now = int(ledger.now().timestamp())
        claims = {
            "iss": RULES.issuer,
            "aud": RULES.audience,
            "sub": caller.name,
            "client_id": caller.name,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "jti": ledger.random_bytes(16).hex(),
            "scope": " ".join(sorted(scope)),
        }
        header = {"alg": "Ed25519", "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])
