"""From a selector's text to tokens (section 3.8.1.1).

One regular expression finds every token. Its quantifiers are possessive, so that no text makes it backtrack.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final, NamedTuple

from jmslike.errors import InvalidSelectorError
from jmslike.values import Float

MAX_LENGTH: Final = 65_536
"""The longest selector, in characters."""

EXCERPT: Final = 40
"""How much of a text an error shows to either side, in characters."""

KEYWORDS: Final = frozenset({"NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE"})

# Java's identifiers: what may begin one, and what may follow. Of the latter, control characters are not allowed here.
_STARTS: Final = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc"})
_PARTS: Final = _STARTS | {"Nd", "Mn", "Mc", "Cf"}

_TOKEN: Final = re.compile(
    r"""
      (?P<space>  [ \t\f\r\n]++ )
    | (?P<name>   [A-Za-z_$\x80-\U0010ffff][\w$\x80-\U0010ffff]*+ )
    | (?P<hex>    0[xX][0-9a-fA-F]++[lL]?+ (?![\w$.\x80-\U0010ffff]) )
    | (?P<float>  (?: (?: [0-9]++\.[0-9]*+ | \.[0-9]++ ) (?:[eE][+-]?[0-9]++)?+ [fFdD]?+
                    | [0-9]++ (?: [eE][+-]?[0-9]++[fFdD]?+ | [fFdD] ) ) (?![\w$.\x80-\U0010ffff]) )
    | (?P<int>    [0-9]++[lL]?+ (?![\w$.\x80-\U0010ffff]) )
    | (?P<string> '[^']*+(?:''[^']*+)*+' )
    | (?P<symbol> <>|<=|>=|[=<>()+\-*/,] )
    | (?P<wrong>  [0-9.][\w$.\x80-\U0010ffff]*+ | . )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Token(NamedTuple):
    """A piece of the text.

    `kind` is "name", "number", "string" or "end"; a keyword or symbol is its own kind. `value` is the literal's value,
    or the name; `start` and `end` count characters from 0.
    """

    kind: str
    value: bool | int | float | str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Cut the text into tokens, the last of kind "end". Raises InvalidSelectorError."""
    if len(text) > MAX_LENGTH:
        raise InvalidSelectorError(f"a selector has at most {MAX_LENGTH} characters, not {len(text)}")
    tokens = []
    for match in _TOKEN.finditer(text):
        group = match.lastgroup
        if group == "space":
            continue
        source = match.group()
        start, end = match.span()
        value: int | float | str = source
        if group == "name":
            kind = _kind_of_name(source)
            if kind == "name" and not source.isascii() and not is_identifier(source):
                raise error_at(text, start, f"{source[:EXCERPT]!r} is not a name")
        elif group == "symbol":
            kind = source
        elif group == "string":
            kind, value = "string", source[1:-1].replace("''", "'")
        elif group == "float":
            kind, value = "number", _approximate(text, start, source)
        elif group == "wrong":
            raise error_at(text, start, _complaint(source))
        else:
            kind, value = "number", _exact(text, start, source)
        tokens.append(Token(kind, value, start, end))
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def is_identifier(name: str) -> bool:
    """Whether a property may have this name: a Java identifier that is not reserved (section 3.8.1.1)."""
    if name.isascii():
        return name.replace("$", "_").isidentifier() and _kind_of_name(name) == "name"
    return unicodedata.category(name[0]) in _STARTS and all(unicodedata.category(part) in _PARTS for part in name[1:])


def error_at(text: str, start: int, reason: str) -> InvalidSelectorError:
    """Return the error for the text at `start`, which counts from 0; the error counts from 1."""
    begin = max(0, start - EXCERPT)
    excerpt = ("..." if begin else "") + text[begin : start + EXCERPT] + ("..." if start + EXCERPT < len(text) else "")
    return InvalidSelectorError(f"invalid selector at position {start + 1}: {reason}, in {excerpt!r}")


def _kind_of_name(name: str) -> str:
    # Keywords are ASCII: the upper case of a dotless i is I, but a name with one is no keyword.
    keyword = name.upper()
    return keyword if keyword in KEYWORDS and name.isascii() else "name"


def _complaint(source: str) -> str:
    if source == "'":
        return "expected a second quote that ends the string"
    if source[0] in "0123456789.":
        return f"{source[:EXCERPT]!r} is neither a number nor a name"
    return f"{source!r} is no part of a selector"


def _exact(text: str, start: int, source: str) -> int:
    """Return the value, at most 2**63: the parser allows that one after a minus only."""
    digits = source.rstrip("lL")
    if digits[:2] in ("0x", "0X"):
        value = int(digits, 16)
    elif digits[0] == "0":
        if not set(digits) <= set("01234567"):
            raise error_at(
                text, start, f"{source[:EXCERPT]!r} begins with 0 as an octal number, but has a digit above 7"
            )
        value = int(digits, 8)
    else:
        value = int(digits) if len(digits) < 20 else 1 << 64
    if value > 1 << 63:
        raise error_at(text, start, "the number does not fit 64 bits")
    return value


def _approximate(text: str, start: int, source: str) -> float:
    digits = source.rstrip("fFdD")
    value = float(digits)
    try:
        if source[-1] in "fF":
            value = Float(value)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise error_at(text, start, "the number is too large for its type")
    return value
