"""Whatever a Java program consists of, its draft is Python that compiles, and nothing of it is lost in silence."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.porting.draft import StyleName, draft_of

NAMES = st.sampled_from(["a", "in", "lambda", "print", "session", "str", "None_", "class_", "self", "time", "müll"])
LITERALS = st.sampled_from(
    [
        "1",
        "0x7fL",
        "2.5f",
        "'\\''",
        '"\\u00e9{}%d"',
        '"\\"\'"',
        "null",
        "true",
        '"""\n  a\\\n  "b"\n  """',
        "String.class",
    ]
)
TYPES = st.sampled_from(["int", "var", "String", "List<String>", "Session", "Message", "Gson", "byte[]"])


def expressions() -> st.SearchStrategy[str]:
    def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operators = st.sampled_from(["+", "-", "/", "%", "==", "!=", "&&", "||", ">>>", "<", "&"])
        return st.one_of(
            st.tuples(smaller, operators, smaller).map(lambda parts: f"({' '.join(parts)})"),
            smaller.map(lambda value: f"!({value})"),
            st.tuples(TYPES, smaller).map(lambda parts: f"(({parts[0].replace('var', 'long')}) {parts[1]})"),
            st.tuples(smaller, smaller, smaller).map(lambda parts: f"({parts[0]} ? {parts[1]} : {parts[2]})"),
            st.tuples(NAMES, smaller).map(lambda parts: f"session.createConsumer({parts[0]}).receive({parts[1]})"),
            st.tuples(smaller, NAMES).map(lambda parts: f"({parts[0]}).{parts[1]}({parts[0]})"),
            st.tuples(NAMES, smaller).map(
                lambda parts: f"use(() -> {parts[1]}, {parts[0]} -> {{ return {parts[0]}; }})"
            ),
            st.tuples(NAMES, smaller).map(lambda parts: f"({parts[0]} = {parts[1]})"),
            st.tuples(NAMES, smaller).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
            smaller.map(lambda value: f'String.format("%s %5.2f%n", {value}, a++)'),
            smaller.map(lambda value: f"new Gson({value}) {{ int x = {value}; void run() {{ x++; this.x--; }} }}"),
            smaller.map(lambda value: f"(a instanceof TextMessage t && t.getText() == {value})"),
            smaller.map(lambda value: f"switch (a) {{ case 1 -> {value}; default -> {{ yield 2; }} }}"),
        )

    return st.recursive(st.one_of(NAMES, LITERALS), larger, max_leaves=5)


def statements() -> st.SearchStrategy[str]:
    value = expressions()

    def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(smaller, smaller).map("\n".join),
            st.tuples(value, smaller, smaller).map(lambda parts: "if ({}) {{ {} }} else {{ {} }}".format(*parts)),
            st.tuples(value, smaller).map(lambda parts: "while ({}) {{ {} continue; }}".format(*parts)),
            st.tuples(value, smaller).map(lambda parts: "do {{ {1} if (a) continue; }} while ({0});".format(*parts)),
            st.tuples(value, smaller).map(lambda parts: "for (int i = 0; i < {}; i++) {{ {} }}".format(*parts)),
            st.tuples(value, smaller).map(lambda parts: "for (var in : {}) {{ {} break; }}".format(*parts)),
            st.tuples(value, smaller).map(lambda parts: "switch ({}) {{ case 1: {} break; default: }}".format(*parts)),
            st.tuples(value, smaller).map(lambda of: "try (var c = {}) {{ {} }} catch (A | B e) {{ }}".format(*of)),
            smaller.map(lambda inside: f"synchronized (this) {{ {inside} }}"),
            smaller.map(lambda inside: f"class Local extends Thread {{ int y; public void run() {{ {inside} }} }}"),
            smaller.map(lambda inside: f"outer: for (;;) {{ {inside} break outer; }}"),
        )  # fmt: skip

    simple = st.one_of(
        st.tuples(TYPES, NAMES, value).map(lambda parts: "{} {} = {};".format(*parts)),
        st.tuples(NAMES, value).map(lambda parts: "use({}, {});".format(*parts)),
        st.tuples(NAMES, value).map(lambda parts: "this.{} += {};".format(*parts)),
        value.map(lambda given: f"BrokerService.wrapper = {given};"),
        value.map(lambda given: f"use({given}).count++;"),
        value.map(lambda given: f"throw new IllegalArgumentException({given}, e);"),
        st.sampled_from(["// a comment\n", "a++;", "message.setJMSType(null);", "assert a;", ";"]),
    )
    return st.recursive(simple, larger, max_leaves=6)


@pytest.mark.parametrize("style", ["java", "python"])
@settings(max_examples=150, deadline=None)
@given(body=statements())
def test_a_draft_compiles(style: StyleName, body: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "Any.java")
        path.write_text(
            "import jakarta.jms.*; import java.util.*; import com.google.gson.Gson;\n"
            f"class Any {{ Session session; Message message; int a; void run() {{\n{body}\n}} }}",
            encoding="utf-8",
        )
        draft = draft_of(JavaProgram.read(path), style)
    compile(draft, "draft.py", "exec")
    assert ("todo(" in draft) == ("# TODO" in draft)
