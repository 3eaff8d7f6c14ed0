"""Patterns of LIKE."""

from __future__ import annotations

import pytest

from tests.unit.selector.support import selects


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("", [""], ["a", " "]),
        ("abc", ["abc"], ["", "ab", "abcd", "xabc", "ABC", "abc\n"]),
        ("a%", ["a", "ab", "a\n"], ["", "ba"]),
        ("%a", ["a", "ba", "\na"], ["", "ab", "a\n"]),
        ("%a%", ["a", "bab", "aa"], ["", "b"]),
        ("%", ["", "a", "\n\n"], []),
        ("%%", ["", "a"], []),
        ("ab%ba", ["abba", "ab ba"], ["aba", "ab", "ba"]),
        ("a%b%c", ["abc", "a.b.c", "abbcc", "abcbc"], ["ac", "acb", "abcd", "xabc"]),
        ("%ab%ab%", ["abab", "xabyabz"], ["ab", "aba", "abba"]),
        ("aa%aa%aa", ["aaaaaa", "aa.aa.aa"], ["aaaaa"]),
        ("_", ["a", "\n", "😀", "%"], ["", "ab"]),
        ("__", ["ab", "😀😀"], ["a", "abc"]),
        ("a_", ["ab", "a_"], ["a", "abc", "ba"]),
        ("%_", ["a", "ab"], [""]),
        ("%_%_%", ["ab", "abc"], ["", "a"]),
        ("a_%_b", ["axyb", "ax.yb"], ["axb", "ab"]),
        ("%a_c%a_c", ["abcadc", "xabc.adc"], ["abc", "abcadcx", "abadc"]),
        ("_%x_", ["axb", "aaxb", "xxxb"], ["xb", "axbc"]),
        (".*", [".*"], ["", "ab"]),
        ("a+[b]{1}^$|()\\", ["a+[b]{1}^$|()\\"], ["ab"]),
        ("_.*", ["a.*"], ["abc", ".*"]),
    ],
)
def test_patterns(pattern: str, matching: list[str], others: list[str]) -> None:
    """SEL-24: _ is one character, % any run of them, and everything else stands for itself."""
    for text in matching:
        assert selects(f"s LIKE '{pattern}'", s=text)
        assert not selects(f"s NOT LIKE '{pattern}'", s=text)
    for text in others:
        assert not selects(f"s LIKE '{pattern}'", s=text)
        assert selects(f"s NOT LIKE '{pattern}'", s=text)


@pytest.mark.parametrize(
    ("pattern", "escape", "matching", "others"),
    [
        ("100!%", "!", ["100%"], ["100", "100x", "100!%"]),
        ("a!_b", "!", ["a_b"], ["axb", "a!_b"]),
        ("!!_", "!", ["!x", "!_"], ["!!x", "!"]),
        ("!!!_", "!", ["!_"], ["!x", "!!_"]),
        ("a!bc%", "!", ["a!bc", "a!bcd"], ["abc"]),
        ("abc!", "!", ["abc!"], ["abc"]),
        ("a%%b", "%", ["a%b"], ["ab", "axb"]),
        ("a__b_", "_", ["a_b_", "a_bx"], ["axb_"]),
        (".%.", ".", ["%."], ["x."]),
        ("a''%", "''", ["a%"], ["a", "a'b"]),
        ("é%", "é", ["%"], ["é", "x"]),
    ],
)
def test_escapes(pattern: str, escape: str, matching: list[str], others: list[str]) -> None:
    """SEL-25: the escape character takes the meaning of the next _, % or itself; elsewhere it stands for itself."""
    for text in matching:
        assert selects(f"s LIKE '{pattern}' ESCAPE '{escape}'", s=text)
    for text in others:
        assert not selects(f"s LIKE '{pattern}' ESCAPE '{escape}'", s=text)
