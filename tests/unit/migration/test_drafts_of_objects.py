"""Texts, equality and enums: a draft does with the objects of a program what Java does."""

from __future__ import annotations

from pathlib import Path

import pytest

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.porting.draft import StyleName, draft_of, open_lines
from tests.unit.migration.test_drafts import run

ORDER = """
class Order {
    private final String id; private final int n;
    Order(String id, int n) { this.id = id; this.n = n; }
    @Override public boolean equals(Object o) {
        if (this == o) return true;
        if (o == null || getClass() != o.getClass()) return false;
        Order other = (Order) o;
        return id.equals(other.id) && n == other.n;
    }
    @Override public int hashCode() { return Objects.hash(id, n); }
    @Override public String toString() { return "order " + id; }
}
"""


@pytest.mark.parametrize("style", ["java", "python"])
@pytest.mark.parametrize(
    ("members", "statements", "printed"),
    [
        (
            "enum Kind { TRADE, QUOTE }",
            (
                'Kind k = Kind.TRADE; System.out.println("kind = \'" + k + "\' " + k.name() + k.toString());'
                ' System.out.println(k.ordinal()); System.out.println(Kind.valueOf("QUOTE"));'
                " for (Kind each : Kind.values()) System.out.println(each);"
                ' System.out.println("" + (Kind.valueOf("TRADE") == Kind.TRADE) + k.equals(Kind.QUOTE));'
            ),
            "kind = 'TRADE' TRADETRADE\n0\nQUOTE\nTRADE\nQUOTE\ntruefalse\n",
        ),
        (
            'enum Kind { TRADE; public String toString() { return "a trade"; } }',
            'System.out.println(Kind.TRADE + ", " + Kind.TRADE.name());',
            "a trade, TRADE\n",
        ),
        (
            ORDER,
            (
                'Order a = new Order("y", 0); Order b = new Order("y", 0);'
                " List<Order> all = new ArrayList<>(); all.add(a);"
                ' System.out.println("" + all.contains(b) + a.equals(b) + (a == b) + (a != b) + a.equals("y"));'
                ' System.out.println(a + ", " + a.toString() + (a.hashCode() == b.hashCode()));'
            ),
            "truetruefalsetruefalse\norder y, order ytrue\n",
        ),
        (
            ORDER + 'class Late extends Order { Late() { super("z", 1); }'
            ' public String toString() { return "late " + super.toString(); } }',
            "System.out.println(new Late());",
            "late order z\n",
        ),
        (
            "",
            (
                "AtomicInteger n = new AtomicInteger(3); AtomicBoolean b = new AtomicBoolean();"
                ' StringBuilder s = new StringBuilder("x"); System.out.println(n + ", " + b + ", " + s);'
            ),
            "3, false, x\n",
        ),
    ],
)
def test_objects(members: str, statements: str, printed: str, style: StyleName, tmp_path: Path) -> None:
    path = tmp_path / "Program.java"
    path.write_text(
        "import java.util.*; import java.util.concurrent.atomic.*;\n"
        f"class Program {{ {members.replace('class ', 'static class ')}\n"
        f"public static void main(String[] args) {{ {statements} }} }}"
    )
    draft = draft_of(JavaProgram.read(path), style)
    assert open_lines(draft) == 0, draft
    assert run(draft, tmp_path) == printed


def test_an_enum_with_values_is_to_be_finished(tmp_path: Path) -> None:
    path = tmp_path / "Kind.java"
    path.write_text('enum Kind { TRADE("t"); final String code; Kind(String code) { this.code = code; } }')
    assert open_lines(draft_of(JavaProgram.read(path))) == 3
