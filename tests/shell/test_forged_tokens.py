"""A forged access token opens nothing: every kind is refused on every guarded route, and leaves no trace of itself."""

import hmac
import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey
from sqlalchemy import func, select
from sqlmodel import SQLModel

from service.api.routes import GUARDED
from service.storage.database import Database
from service.telemetry.log_lines import REQUESTS, JsonLines
from service.workflows.credentials import NewCredential, create_credential, revoke_credential
from service.workflows.ledger import Ledger
from tests.shell.calling import EVERY_ROLE, Api, answered, problem_in, with_chance
from tests.shell.issuing import SECONDS, Issuer, client_with_tokens, encoded
from tests.shell.tampering import as_owner

Forged = str | list[str]
ROUTES = [
    (method, route.path_format.replace("{contract}", "w"))
    for route in GUARDED
    if isinstance(route, APIRoute)
    for method in route.methods or ()
]
_ATTACKER = OKPKey.generate_key("Ed25519", {"kid": "edwards"})


def resigned(issuer: Issuer, header: str, payload: str | None = None) -> str:
    """Header and payload as these very texts, well signed by the issuer."""
    return issuer.signed(header.encode(), (payload or json.dumps(issuer.claims())).encode())


def spliced(issuer: Issuer, header: dict[str, object]) -> str:
    """The signature of a good token under another header."""
    _, payload, signature = issuer.token().split(".")
    return f"{encoded(json.dumps(header).encode())}.{payload}.{signature}"


def edited(issuer: Issuer) -> str:
    """Another subject under the signature of a good token."""
    header, _, signature = issuer.token().split(".")
    return f"{header}.{encoded(json.dumps(issuer.claims(sub='bootstrap')).encode())}.{signature}"


def unsigned(issuer: Issuer, alg: str) -> str:
    """A token without a signature that says so."""
    header = json.dumps(issuer.header(alg=alg)).encode()
    return f"{encoded(header)}.{encoded(json.dumps(issuer.claims()).encode())}."


def by_shared_secret(issuer: Issuer) -> str:
    """A token signed with the issuer's public key as if that were a shared secret."""
    header = encoded(json.dumps(issuer.header(alg="HS256", kid="curve")).encode())
    text = f"{header}.{encoded(json.dumps(issuer.claims()).encode())}"
    return f"{text}.{encoded(hmac.digest(issuer.curve.as_pem(private=False), text.encode(), 'sha256'))}"


def by_attacker(issuer: Issuer, **header: object) -> str:
    """A token signed by a key that is not the issuer's."""
    said = json.dumps(issuer.header(**header)).encode()
    return issuer.signed(said, json.dumps(issuer.claims()).encode(), key=_ATTACKER)


def encrypted(issuer: Issuer) -> str:
    """A token that is encrypted to the issuer's public key."""
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "typ": "at+jwt", "kid": "curve"}
    return jwe.encrypt_compact(header, issuer.token().encode(), ECKey.import_key(issuer.curve.as_pem(private=False)))


def with_spare_bits(issuer: Issuer) -> str:
    """The same signature in another text: its last character has bits that nobody needs."""
    token = issuer.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


KINDS: dict[str, Callable[[Issuer], Forged]] = {
    "alg none": lambda issuer: unsigned(issuer, "none"),
    "alg NoNe": lambda issuer: unsigned(issuer, "NoNe"),
    "alg none with a signature": lambda issuer: spliced(issuer, issuer.header(alg="none")),
    "alg HS256 with the public key as the secret": by_shared_secret,
    "alg of another of the issuer's keys": lambda issuer: spliced(issuer, issuer.header(alg="ES256", kid="edwards")),
    "alg EdDSA": lambda issuer: spliced(issuer, issuer.header(alg="EdDSA")),
    "alg that is a list": lambda issuer: resigned(issuer, json.dumps(issuer.header(alg=["Ed25519"]))),
    "no alg": lambda issuer: resigned(issuer, json.dumps(issuer.header(alg=None))),
    "an unknown kid": lambda issuer: issuer.token({"kid": "nobody"}),
    "no kid": lambda issuer: issuer.token({"kid": None}),
    "a kid that is a number": lambda issuer: issuer.token({"kid": 1}),
    "a kid that is a path": lambda issuer: issuer.token({"kid": "../../../dev/null"}),
    "a kid in SQL": lambda issuer: issuer.token({"kid": "' OR '1'='1"}),
    "the kid of another of the issuer's keys": lambda issuer: issuer.token({"kid": "curve"}),
    "another issuer's key": by_attacker,
    "another issuer's key, brought along as jwk": lambda issuer: by_attacker(
        issuer, jwk=_ATTACKER.as_dict(private=False)
    ),
    "a jku": lambda issuer: by_attacker(issuer, jku="https://attacker.example.org/jwks.json"),
    "a jku under a good signature": lambda issuer: issuer.token({"jku": "https://attacker.example.org/jwks.json"}),
    "an x5u": lambda issuer: issuer.token({"x5u": "https://attacker.example.org/key.pem"}),
    "an x5c": lambda issuer: issuer.token({"x5c": ["AAAA"]}),
    "crit": lambda issuer: issuer.token({"crit": ["exp"], "exp": 1}),
    "b64 false": lambda issuer: issuer.token({"b64": False, "crit": ["b64"]}),
    "zip": lambda issuer: issuer.token({"zip": "DEF"}),
    "expired": lambda issuer: issuer.token(iat=SECONDS - 600, exp=SECONDS - 1),
    "expired at this second": lambda issuer: issuer.token(iat=SECONDS - 600, exp=SECONDS),
    "no exp": lambda issuer: issuer.token(exp=None),
    "exp that is a text": lambda issuer: issuer.token(exp=str(SECONDS + 600)),
    "exp that is true": lambda issuer: issuer.token(exp=True),
    "exp with decimals": lambda issuer: issuer.token(exp=SECONDS + 600.5),
    "exp beyond all numbers": lambda issuer: resigned(
        issuer, json.dumps(issuer.header()), json.dumps(issuer.claims()).replace(str(SECONDS + 600), "1e999")
    ),
    "exp that is NaN": lambda issuer: issuer.token(exp=float("nan")),
    "exp too far away": lambda issuer: issuer.token(exp=SECONDS + 3601),
    "exp of a very large number": lambda issuer: issuer.token(exp=10**29),
    "not yet valid": lambda issuer: issuer.token(nbf=SECONDS + 60),
    "issued in the future": lambda issuer: issuer.token(iat=SECONDS + 60),
    "no iat": lambda issuer: issuer.token(iat=None),
    "a wrong aud": lambda issuer: issuer.token(aud="https://other.example.org"),
    "an aud that begins as ours": lambda issuer: issuer.token(aud="https://ledger.example.org.attacker.example"),
    "a list of wrong auds": lambda issuer: issuer.token(aud=["https://other.example.org", ""]),
    "no aud": lambda issuer: issuer.token(aud=None),
    "an empty aud": lambda issuer: issuer.token(aud=[]),
    "a wrong iss": lambda issuer: issuer.token(iss="https://login.example.com"),
    "an iss with a slash more": lambda issuer: issuer.token(iss="https://login.example.org/"),
    "an iss that is a list": lambda issuer: issuer.token(iss=["https://login.example.org"]),
    "no iss": lambda issuer: issuer.token(iss=None),
    "typ JWT": lambda issuer: issuer.token({"typ": "JWT"}),
    "typ of an identity token": lambda issuer: issuer.token({"typ": "id+jwt"}),
    "no typ": lambda issuer: issuer.token({"typ": None}),
    "no sub": lambda issuer: issuer.token(sub=None),
    "an empty sub": lambda issuer: issuer.token(sub=""),
    "a sub that is a list": lambda issuer: issuer.token(sub=["machine-1"]),
    "an unknown sub": lambda issuer: issuer.token(sub="machine-2"),
    "a sub that another issuer gave": lambda issuer: issuer.token(sub="elsewhere"),
    "the sub of a revoked credential": lambda issuer: issuer.token(sub="revoked"),
    "the name of a credential as sub": lambda issuer: issuer.token(sub="machine"),
    "a sub in full-width letters": lambda issuer: issuer.token(sub="ｍachine-1"),
    "a sub in capitals": lambda issuer: issuer.token(sub="MACHINE-1"),
    "a sub with a zero byte": lambda issuer: issuer.token(sub="machine-1\0"),
    "a sub with half a character": lambda issuer: issuer.token(sub="machine-1\ud800"),
    "a sub with a space behind": lambda issuer: issuer.token(sub="machine-1 "),
    "a very long sub": lambda issuer: issuer.token(sub="m" * 201),
    "a scope that is a list": lambda issuer: issuer.token(scope=["contracts:read"]),
    "truncated": lambda issuer: issuer.token()[:-3],
    "an empty signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "no signature": lambda issuer: issuer.token().rpartition(".")[0],
    "a fourth part": lambda issuer: issuer.token() + ".AAAA",
    "an edited payload": edited,
    "the signature of another header": lambda issuer: spliced(issuer, issuer.header(kid="edwards", typ="AT+JWT")),
    "a member of the payload twice": lambda issuer: resigned(
        issuer, json.dumps(issuer.header()), json.dumps(issuer.claims())[:-1] + ', "sub": "machine-1"}'
    ),
    "a member of the header twice": lambda issuer: resigned(
        issuer, json.dumps(issuer.header())[:-1] + ', "alg": "Ed25519"}'
    ),
    "a payload that is a list": lambda issuer: resigned(issuer, json.dumps(issuer.header()), "[]"),
    "a payload that is no JSON": lambda issuer: resigned(issuer, json.dumps(issuer.header()), "{"),
    "a header that is no JSON": lambda issuer: resigned(issuer, "x"),
    "a bottomless payload": lambda issuer: resigned(issuer, json.dumps(issuer.header()), "[" * 3000 + "]" * 3000),
    "padding": lambda issuer: issuer.token() + "==",
    "base64 of the other alphabet": lambda issuer: issuer.token().replace(".", ".+/", 1),
    "bits that nobody reads": with_spare_bits,
    "white space inside": lambda issuer: issuer.token().replace(".", ". ", 1),
    "a tabulator behind": lambda issuer: issuer.token() + "\t.",
    "very long": lambda issuer: issuer.token(note="x" * 8000),
    "encrypted": encrypted,
    "a token inside a token": lambda issuer: resigned(issuer, json.dumps(issuer.header(cty="JWT")), issuer.token()),
    "two spaces before it": lambda issuer: [f"Bearer  {issuer.token()}"],
    "another scheme": lambda issuer: [f"DPoP {issuer.token()}"],
    "no scheme": lambda issuer: [issuer.token()],
    "a scheme with a letter from elsewhere": lambda issuer: [f"B\xe9arer {issuer.token()}"],
    "a scheme with a colon": lambda issuer: [f"Bearer: {issuer.token()}"],
    "two in one header": lambda issuer: [f"Bearer {issuer.token()}, Bearer {issuer.token()}"],
    "two headers": lambda issuer: [f"Bearer {issuer.token()}", "Bearer olk_nothing"],
    "two headers that are both good": lambda issuer: [f"Bearer {issuer.token()}"] * 2,
    "the prefix of a key before it": lambda issuer: "olk_" + issuer.token(),
}


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    """The issuer that the ledger knows."""
    return Issuer()


@pytest.fixture
async def caller(w: Api, ledger: Ledger, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """A client without credentials; machine-1 is one who has them."""
    named = {"machine": ("machine-1", "https://login.example.org"), "away": ("elsewhere", "https://login.example.com")}
    for name, (subject, of) in {**named, "gone": ("revoked", "https://login.example.org")}.items():
        wanted = NewCredential(name, EVERY_ROLE, issuer=of, subject=subject)
        await create_credential(with_chance(ledger), "tests", wanted)
    await revoke_credential(ledger, "tests", "gone")
    async with client_with_tokens(ledger, issuer.key_set) as client:
        yield client


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log lines of requests."""
    written = io.StringIO()
    handler, logger = logging.StreamHandler(written), logging.getLogger(REQUESTS)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    level, logger.propagate = logger.level, False
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(level)
    logger.propagate = True


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    async with as_owner(database) as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


def sent_as(forged: Forged) -> list[tuple[bytes, bytes]]:
    headers = forged if isinstance(forged, list) else [f"Bearer {forged}"]
    return [(b"Authorization", text.encode("latin-1")) for text in headers]


async def test_no_forged_token_opens_any_route_and_none_leaves_a_trace(
    caller: httpx.AsyncClient, issuer: Issuer, database: Database, log: io.StringIO
) -> None:
    assert len(KINDS) >= 25 and len(ROUTES) >= 60
    before, good = await rows(database), sent_as(issuer.token())
    answered(await caller.get("/v1/contracts", headers=good))
    for kind, make in KINDS.items():
        headers = sent_as(make(issuer))
        for method, path in ROUTES:
            response = await caller.request(method, path, headers=headers, content=b"{}" if method != "GET" else None)
            assert response.status_code == 401, (kind, method, path, response.text)
            problem_in(response, 401, "not-authenticated")
            assert response.headers["www-authenticate"] == "Bearer"
            secret = headers[0][1].partition(b" ")[2].decode("latin-1").strip()
            assert not secret or secret not in response.text, kind
        assert (await caller.get("/v1/contracts", headers=good)).status_code == 200, kind
    assert await rows(database) == before
    lines = log.getvalue()
    assert len(lines.splitlines()) == len(KINDS) * (len(ROUTES) + 1) + 1
    for kind, make in KINDS.items():
        for _, text in sent_as(make(issuer)):
            parts = [part for part in text.decode("latin-1").replace(".", " ").split() if len(part) > 12]
            assert not [part for part in parts if part in lines], kind
    assert "machine-2" not in lines and issuer.asked <= 2
