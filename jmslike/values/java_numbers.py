"""Numbers as Java reads and writes them: what `valueOf` accepts and what `toString` prints."""

from __future__ import annotations

import math
import re
import struct

from jmslike.values import INT_LIMIT, Byte, Float, Long, Short

_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)", re.ASCII)
_HEXADECIMAL = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][+-]?\d+[fFdD]?", re.ASCII)
_BLANKS = "".join(map(chr, range(0x21)))  # what String.trim removes
_LIMITS = {Byte: 1 << 7, Short: 1 << 15, int: INT_LIMIT, Long: 1 << 63}


def parse_integer(text: str, width: type[int]) -> int:
    """Read a decimal integer of the width of Byte, Short, int or Long: an optional sign and digits, nothing else.

    Raises ValueError for any other text, and for a number out of range.
    """
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(f"not an integer: {text!r}")
    value, limit = int(text), _LIMITS[width]
    if not -limit <= value < limit:
        raise ValueError(f"{text} is out of range: {-limit} to {limit - 1}")
    return value


def parse_double(text: str) -> float:
    """Read a floating-point literal of Java, with blanks around it if need be; too large a number is an infinity.

    Raises ValueError for any other text.
    """
    literal = text.strip(_BLANKS)
    if _DECIMAL.fullmatch(literal) is not None:
        return float(literal.rstrip("fFdD"))
    if _HEXADECIMAL.fullmatch(literal) is None:
        raise ValueError(f"not a number: {text!r}")
    mantissa, exponent = re.split("[pP]", literal)
    try:
        return float.fromhex(f"{mantissa}p{exponent.rstrip('fFdD')}")
    except OverflowError:
        return -math.inf if literal.startswith("-") else math.inf


def parse_float(text: str) -> float:
    """Read a literal as `parse_double` does and round it to single precision."""
    return _single(parse_double(text))


def double_text(value: float) -> str:
    """Print a number as Double.toString does, or as Float.toString if it is a Float: `1.0`, `1.0E10`, `NaN`.

    The digits are the fewest from which the same number is read again, but at least two.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    rounded = _single if isinstance(value, Float) else float
    precision = 1
    while rounded(float(f"{value:.{precision}e}")) != value:
        precision += 1
    mantissa, _, power = f"{value:.{precision}e}".partition("e")
    exponent = int(power)
    if value and not 1e-3 <= abs(value) < 1e7:
        return f"{mantissa}E{exponent}"
    digits = f"{value:.{max(1, precision - exponent)}f}".rstrip("0")
    return f"{digits}0" if digits.endswith(".") else digits


def _single(value: float) -> float:
    try:
        (single,) = struct.unpack(">f", struct.pack(">f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(single)
