"""Integer minor units of a currency: the one rounding function and the one splitting function."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, assert_never

Rounding = Literal["half-up", "half-even", "up", "down"]

# Active ISO 4217 codes by the number of decimals of their minor unit.
_EXPONENTS: dict[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
        "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
        "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD "
        "UYU UZS VES WST YER ZAR ZMW"
    ),
}
EXPONENT_BY_CURRENCY: dict[str, int] = {
    code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()
}


class JsonNumber(Decimal):
    """A number with decimals that came as a JSON number: other programs read it as a float, so never money."""


def exponent_of(currency: str) -> int:
    """Number of decimals of the currency's minor unit (ISO 4217); KeyError for an unknown code."""
    return EXPONENT_BY_CURRENCY[currency]


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in major units as minor units; ValueError where it has more decimals than the currency."""
    scaled = Fraction(amount) * 10 ** exponent_of(currency)
    if scaled.denominator != 1:
        raise ValueError(f"more than {exponent_of(currency)} decimals")
    return int(scaled)


@lru_cache(maxsize=4096)
def to_text(minor: int, currency: str) -> str:
    """Minor units as a decimal string in major units with the currency's decimals: 1500000 DKK is "15000.00"."""
    exponent = exponent_of(currency)
    if exponent == 0:
        return str(minor)
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"


def readable(text: str) -> str:
    """A decimal string with its thousands marked, for people: "-1313000.00" is "-1,313,000.00"."""
    whole, point, decimals = text.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole != "-0" else text


def from_text(text: str, currency: str) -> int:
    """The inverse of `to_text`."""
    return to_minor(Decimal(text), currency)


def round_minor(amount_minor: Fraction, mode: Rounding) -> int:
    """An exact amount in minor units to whole ones; modes act on the size, so a negative mirrors its positive."""
    whole, rest = divmod(abs(amount_minor), 1)
    half = Fraction(1, 2)
    match mode:
        case "half-up":
            up = rest >= half
        case "half-even":
            up = rest > half or (rest == half and whole % 2 == 1)
        case "up":
            up = rest > 0
        case "down":
            up = False
        case _:
            assert_never(mode)
    size = int(whole) + int(up)
    return -size if amount_minor < 0 else size


def split(total_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide an amount by whole-number weights so that the parts sum to it exactly.

    Each part is floored; the minor units left over go one by one to the largest remainders, ties to the earlier
    in the list. A negative amount splits as the mirror of its positive. Weights are positive.
    """
    if not weights or any(weight <= 0 for weight in weights):
        raise ValueError("a split needs at least one weight, all of them positive")
    if len(weights) == 1:
        return (total_minor,)
    if total_minor < 0:
        return tuple(-part for part in split(-total_minor, weights))
    whole = sum(weights)
    shares = [divmod(total_minor * weight, whole) for weight in weights]
    parts = [floor for floor, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))
    for place in by_remainder[: total_minor - sum(parts)]:
        parts[place] += 1
    return tuple(parts)
