"""Bodies nobody should send: each with its media type, none of them right for any address of the service."""

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.builders import HOUSING, a_contract, housed
from tests.shell.calling import sent

MARKER = "zq7marker"
JSON, TOML, CSV = "application/json", "application/toml", "text/csv"
LINES, CLOUD = "application/x-ndjson", "application/cloudevents+json"


class Hostile(NamedTuple):
    """A body and what it says it is."""

    body: bytes
    media_type: str = JSON


NOT_JSON = (
    *(b"", b" ", b"{", b"}", b"[", b"]", b'"', b",", b":", b"-", b"nul", b"tru", b"NULL", b"None", b"undefined"),
    *(b"{}{}", b"{} {}", b"[] []", b"{},", b"[1,]", b'{"zq7marker":1,}', b"{zq7marker:1}", b"{'zq7marker':1}"),
    *(b'{"zq7marker"}', b'{"zq7marker":}', b'{"zq7marker" 1}', b'{1:"zq7marker"}', b'["zq7marker"', b'"zq7marker'),
    *(b"// zq7marker\n{}", b"/* zq7marker */ {}", b"# zq7marker", b"<zq7marker/>", b"zq7marker: 1", b"%zq7marker"),
    *(b"NaN", b"[NaN]", b"Infinity", b"-Infinity", b"[-Infinity]", b'{"zq7marker":NaN}', b'{"value":-NaN}'),
    *(b"01", b"+1", b".5", b"1.", b"1e", b"0x10", b"1_000", b"--1", b"[1e+]", b"[00]", b"1,5"),
    *(b"\xff\xfe", b"\xef\xbb\xbf{}", b"\xfe\xff\x00{\x00}", '{"a":"zq7marker"}'.encode("utf-16"), b"\x80"),
    *('{"a":1}'.encode("utf-32"), b'{"a":"\xe6zq7marker"}', b'{"a":"\xed\xa0\x80"}', b"\xc0\x80", b"\xf5\x80\x80\x80"),
    *(
        b"\0",
        b'{"a":"\0zq7marker"}',
        b'{"zq7marker":1}\0',
        b'{"a":"\n"}',
        b'{"a":"\x1b[31mzq7marker"}',
        b"\x1f\x8b\x08",
    ),
    *(rb'{"a":"\x41zq7marker"}', rb'{"a":"\u12"}', rb'{"a":"\uZZZZ"}', rb'{"a":"\'}', b'{"a":"\x7f\\"}'),
    *(b'{"zq7marker":1,"zq7marker":1}', b'{"a":1,"a":2}', b'[{"a":{"b":1,"b":2}}]', rb'{"a":1,"\u0061":2}'),
    *(
        b"[" * 100_000,
        b"{" * 100_000,
        b"[" * 50 + b"]" * 50,
        b'{"zq7marker":' * 5_000,
        b'{"a":' * 45 + b"1" + b"}" * 45,
    ),
    *(b"[" * 30_000 + b"]" * 30_000, b"[[],[" * 20_000, b'{"a":[' * 10_000, b"9" * 5_000, b"-" + b"9" * 100_000),
    *(b"[1" + b"0" * 31 + b"]", b"0." + b"1" * 5_000, b"1e" + b"9" * 5_000, b"[0." + b"0" * 100 + b"1]"),
)
OTHER_SHAPES = (
    *(b"null", b"true", b"false", b"0", b"-0", b"1e400", b"-1e400", b"1e-400", b"1e999999999", b"12345678901234567890"),
    *(b'""', b'"zq7marker"', b"[]", b"[[]]", b"[null]", b"[1]", b"[true]", b'["zq7marker"]', b"[{}]", b"[[{}]]"),
    *(b'{"":1}', b'{"zq7marker":null}', b'{"zq7marker":{}}', b'{"__proto__":{"zq7marker":1}}', b'{"$ref":"zq7marker"}'),
    *(rb'{"\ud800":1}', rb'{"\u0000":"zq7marker"}', rb'{"a":"\udfffzq7marker"}', b'{"constructor":{"prototype":1}}'),
    *(b'{"data":[{}],"zq7marker":1}', b'{"events":[]}', b'{"specversion":"1.0"}', b'{"id":1e400}', b'[{"id":1e400}]'),
    b'{"' + b"zq7marker" * 10_000 + b'":1}',
    b'{"a":"' + b"zq7marker" * 10_000 + b'"}',
    b"[" + b",".join([b"null"] * 10_001) + b"]",
    b"{" + b",".join(b'"zq7marker%d":1' % place for place in range(5_000)) + b"}",
)
NOT_TOML = (
    *(b"", b"zq7marker", b"= 1", b"a = zq7marker", b"a = 'zq7marker\n", b"a = 1\na = 2", b"[zq7marker]\n[zq7marker]"),
    *(b"\xef\xbb\xbfa = 1", b"a = '\0'", b"\xff", b"a = " + b"[" * 100_000, b"a = {b = " * 1_000, b"a = 1979-13-01"),
    *(b"a = nan", b"a = inf", b"a = 0x" + b"f" * 5_000, b"a = " + b"9" * 5_000, b"a." * 100_000 + b"b = 1"),
    *(
        b"[" + b"a." * 50_000 + b"b]",
        b'"' + b"zq7marker" * 10_000 + b'" = 1',
        b"[[a]]\n[a]",
        b"a = 1\n[a.b]",
        b"a = {b = 1,}",
    ),
    *(b"contract = 1e400", b"a = 00:00", b"a = 25:00:00", b"a = '''zq7marker", b'a = "\\ud800"', b'a = "\\UFFFFFFFF"'),
    b"\n".join(b"[t%d]" % place for place in range(5_000)),
)
NOT_CSV = (
    b"",
    b"zq7marker",
    b"id,id\n1,2",
    b'"zq7marker',
    b"kind\0,id\n",
    b"\xff,\xfe\n",
    b"kind,id\n" + b"," * 10_000,
)
NASTY: tuple[Any, ...] = (
    *(None, True, -1, 10**29, 0.5, [], {}, [MARKER], {MARKER: MARKER}, "", " ", MARKER + "\0", MARKER + "\n"),
    *(MARKER + "\ud800", MARKER * 200, "\u202e" + MARKER, "'; DROP TABLE log_entry; --" + MARKER, "../../" + MARKER),
)
EVENT = sent(housed("P1", "2022-08-31"))
CONTRACT = a_contract(HOUSING, contract="v")
PLACES: tuple[tuple[str | int, ...], ...] = (
    *(("contract",), ("version",), ("effective_from",), ("currency",), ("time_zone",), ("periods",), ("edition",)),
    *(
        ("parties",),
        ("parties", "a"),
        ("parties", "a", "roles"),
        ("shares", "payers"),
        ("shares", "payers", 0, "weight"),
    ),
    *(("metrics",), ("metrics", 0, "rule"), ("metrics", 0, "tariff"), ("metrics", 0, "tariff", "price")),
)


def corpus() -> list[Hostile]:
    """Every body, each once."""
    return list(dict.fromkeys([*_texts(), *_events(), *_contracts()]))


def _texts() -> Iterator[Hostile]:
    for body in (*NOT_JSON, *OTHER_SHAPES):
        yield Hostile(body)
    yield from (Hostile(body, TOML) for body in NOT_TOML)
    yield from (Hostile(body, CSV) for body in NOT_CSV)
    yield from (Hostile(body, kind) for kind in (LINES, CLOUD) for body in NOT_JSON[:20])
    yield from (Hostile(b"{}", kind) for kind in ("", MARKER, f"application/{MARKER}", "multipart/form-data", "*/*"))


def _events() -> Iterator[Hostile]:
    """An event with one thing wrong, in every field."""
    for name in EVENT:
        for nasty in NASTY:
            yield Hostile(json.dumps({**EVENT, name: nasty, MARKER: 1}).encode())
    for name in ("evidence", "replaces", "reason", "attributes", "value", "unit", "from", "through", MARKER):
        yield Hostile(json.dumps({**EVENT, name: {MARKER: [MARKER]}}).encode())


def _contracts() -> Iterator[Hostile]:
    """A contract with one thing wrong, in many places."""
    for place in PLACES:
        for nasty in (None, True, {MARKER: 1}, [MARKER], MARKER + "\0", "9" * 400):
            document: Any = copy.deepcopy(CONTRACT)
            node = document
            for key in place[:-1]:
                node = node[key]
            # The pointer to a fault of a party names the party, which is the caller's own word.
            node[place[-1]] = {"x": MARKER} if place == ("parties",) and isinstance(nasty, dict) else nasty
            yield Hostile(json.dumps(document).encode())
