"""JSON as two parsers must read it alike: no duplicate keys, no NaN, no float, no bottomless nesting."""

import json
from typing import Any, NoReturn

from service.core.errors import Fault, InvalidInput
from service.core.money import JsonNumber

_DEEPEST = 40
_CONTAINERS = frozenset({dict, list})


def strict_json(body: bytes) -> Any:
    """The value in a JSON text; numbers with decimals keep their exact text. InvalidInput for anything doubtful."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number, parse_int=_whole
        )
    except UnicodeDecodeError:
        raise _malformed("send UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"mend the JSON at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _malformed("nest less deeply") from None
    if _depth_exceeds(value, _DEEPEST):
        raise _malformed("nest less deeply")
    return value


def _malformed(remedy: str) -> InvalidInput:
    return InvalidInput("The body is not acceptable JSON.", [Fault("", "malformed", remedy)], "malformed")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _malformed("an object holds the same key twice; keep one of them")
    return value


def _constant(_: str) -> NoReturn:
    raise _malformed("NaN and Infinity are not numbers; leave the field out")


def _number(text: str) -> JsonNumber:
    if len(text) > 60:
        raise _malformed("a number has more than 60 characters; shorten it")
    return JsonNumber(text)


def _whole(text: str) -> int:
    if len(text) > 30:
        raise _malformed("a whole number has more than 30 digits; shorten it")
    return int(text)


def _depth_exceeds(value: Any, allowed: int) -> bool:
    """Level by level: a parser's values are plain dicts and lists."""
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(allowed):
        inside = (part.values() if type(part) is dict else part for part in level)
        level = [member for members in inside for member in members if type(member) in _CONTAINERS]
    return bool(level)
