"""What is not the same in Python though it looks so: drafts do what Java does, or say what is to be finished."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.porting.draft import StyleName, draft_of, open_lines
from tests.unit.migration.test_drafts import run

IMPORTS = "import java.util.*; import java.util.concurrent.*; import java.util.logging.*; import javax.naming.*;"


def drafted(members: str, statements: str, style: StyleName, folder: Path, imports: str = IMPORTS) -> str:
    path = folder / "Program.java"
    path.write_text(
        f"{imports}\nclass Program {{ {members}\npublic static void main(String[] args) throws Exception {{"
        f"\n{statements}\n}} }}"
    )
    return draft_of(JavaProgram.read(path), style)


@pytest.mark.parametrize("style", ["java", "python"])
@pytest.mark.parametrize(
    ("statements", "printed"),
    [
        (
            (
                "Hashtable<String, String> env = new Hashtable<>(); env.put(InitialContext.PROVIDER_URL, args[0]);"
                ' env.put(Context.INITIAL_CONTEXT_FACTORY, "f");'
                " for (Map.Entry<String, String> e : env.entrySet())"
                ' System.out.println(e.getKey() + " = " + e.getValue());'
            ),
            "java.naming.provider.url = argument\njava.naming.factory.initial = f\n",
        ),
        (
            (
                "Map<String, Integer> m = new HashMap<>(); m.put(args[0], 2);"
                ' for (var e : m.entrySet()) System.out.println(e.getKey() + " = " + (e.getValue() + 1));'
            ),
            "argument = 3\n",
        ),
        (
            (
                "int n = 2; char c = (char) ('a' + n); int d = c + 1; int code = 'A'; code += c;"
                ' System.out.println(c + " " + d + " " + code); System.out.println(args[0].charAt(1) - \'0\');'
                " System.out.println(c == 'c'); System.out.println(c > 98);"
            ),
            "c 100 164\n66\ntrue\ntrue\n",
        ),
        (
            ('System.out.println(TimeUnit.HOURS.toMillis(2) + "" + System.getenv().getOrDefault("NOWHERE", "x"));'),
            "7200000x\n",
        ),
    ],
)
def test_statements(statements: str, printed: str, style: StyleName, tmp_path: Path) -> None:
    draft = drafted("", statements, style, tmp_path)
    assert open_lines(draft) == 0, draft
    assert run(draft, tmp_path, "argument") == printed


@pytest.mark.parametrize("style", ["java", "python"])
def test_names_of_a_foreign_package_are_to_be_finished(style: StyleName, tmp_path: Path) -> None:
    members = "static MessageDrivenContext ctx; static Program own() { return new Program(); }"
    statements = 'own();\nctx.setRollbackOnly();\nthrow new EJBException("x");'
    draft = drafted(members, statements, style, tmp_path, "import jakarta.ejb.*; import jakarta.jms.*;")
    assert open_lines(draft) == 2
    assert 'todo("ctx.setRollbackOnly()")' in draft
    assert "Program.own()" in draft


@pytest.mark.parametrize(
    "java",
    [
        "char c = 'a';\nc++;",
        "char c = 'a';\nc += 1;",
        "Stack<String> s = new Stack<>();",
        'LOG.log(Level.INFO, "{0}", args);',
    ],
)
def test_what_has_no_translation_is_to_be_finished(java: str, tmp_path: Path) -> None:
    assert open_lines(drafted("static Logger LOG;", java, "java", tmp_path)) == 1


def test_an_illegal_state_is_that_of_java_unless_an_import_names_the_other(tmp_path: Path) -> None:
    statements = 'throw new IllegalStateException("x");'
    imports = "import jakarta.jms.*;"
    assert "raise RuntimeError(" in drafted("", statements, "python", tmp_path, imports)
    imports += " import jakarta.jms.IllegalStateException;"
    assert "raise IllegalStateError(" in drafted("", statements, "python", tmp_path, imports)


def test_a_program_that_logs_shows_it(tmp_path: Path) -> None:
    statements = 'LOG.info("begun"); LOG.log(Level.SEVERE, "failed", new RuntimeException("why"));'
    draft = drafted('static final Logger LOG = Logger.getLogger("program");', statements, "java", tmp_path)
    path = tmp_path / "draft.py"
    path.write_text(draft)
    result = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60, check=True)
    for each in ("begun", "failed", "RuntimeError: why"):
        assert each in result.stderr
