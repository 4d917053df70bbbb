"""Content negotiation: an answer is sent in a form that the caller takes, or refused with the forms there are."""

from collections.abc import Iterable, Sequence

from fastapi import Request
from fastapi.datastructures import DefaultPlaceholder

from service.core.errors import Fault, InvalidInput


async def only_acceptable(request: Request) -> None:
    """Refuse a request whose Accept leaves out every form that the route answers in; `?format=` needs no Accept."""
    # `format`: the route knows it, or only_known_parameters has refused it
    if "accept" not in request.headers or "format" in request.query_params:
        return
    route = request.scope["route"]
    chosen = route.response_class
    by_default = (chosen.value if isinstance(chosen, DefaultPlaceholder) else chosen).media_type
    declared = (
        media_type
        for status, response in route.responses.items()
        if str(status).startswith("2")
        for media_type in response.get("content", ())
    )
    refuse_unacceptable(request, [*([by_default] if by_default else []), *declared])


def refuse_unacceptable(request: Request, offered: Sequence[str]) -> None:
    """Refuse a request whose Accept leaves out all of these media types; an empty or absent Accept takes anything."""
    ranges = list(_ranges(request.headers.getlist("accept")))
    if ranges and not any(_quality(ranges, media_type) > 0 for media_type in offered):
        forms = ", ".join(dict.fromkeys(offered))
        fault = Fault("Accept", "not-allowed", f"must take one of: {forms}")
        raise InvalidInput(f"The answer exists as {forms}; name it in Accept.", [fault], "not-acceptable")


def preferred(request: Request, offered: Sequence[str]) -> str:
    """The media type of these that the caller ranks highest; the first of them where it ranks some alike."""
    ranges = list(_ranges(request.headers.getlist("accept")))
    return max(offered, key=lambda media_type: _quality(ranges, media_type))


def _ranges(values: Iterable[str]) -> Iterable[tuple[str, float]]:
    """The media ranges of Accept with their quality; what cannot be read takes nothing."""
    for part in ",".join(values).lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
            yield name, _number(quality)


def _quality(ranges: Iterable[tuple[str, float]], media_type: str) -> float:
    """What the closest range says: RFC 9110 lets a name overrule a wildcard."""
    by_name = dict(ranges)
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if name in by_name:
            return by_name[name]
    return 0.0


def _number(quality: str) -> float:
    try:
        return min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return 0.0
