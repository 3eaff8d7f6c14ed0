from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "Shop.java"
    path.write_text(
        "import jakarta.jms.*;\nclass Shop {\n  void sell(Session session, Scanner in) throws JMSException {\n"
        "    session.createTextMessage().setText(in.nextInt());\n  }\n}\n"
    )
    return path


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("java", 'session.createTextMessage().setText("lamp")'),
        ("python", 'session.create_text_message().text = "lamp"'),
    ],
)
def test_a_draft_goes_to_the_output(run: Run, program: Path, style: str, line: str) -> None:
    program.write_text(program.read_text().replace("in.nextInt()", '"lamp"'))
    result = run("port", str(program), "--style", style)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{line}  # Java: 4" in result.stdout


def test_deep_expressions_are_no_crash(run: Run, program: Path) -> None:
    program.write_text(program.read_text().replace("setText(in.nextInt())", f"setText({'(' * 2000}in{')' * 2000})"))
    result = run("port", str(program), "--style", "python")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Shop.java cannot be read: its expressions are nested too deeply" in result.stderr


def test_java_s_names_are_the_default(run: Run, program: Path) -> None:
    assert "session.createTextMessage()" in run("port", str(program)).stdout


def test_a_draft_goes_to_a_new_file_only(run: Run, program: Path, tmp_path: Path) -> None:
    made = tmp_path / "shop.py"
    assert run("port", str(program), "-o", str(made)).exit_code == 0
    ast.parse(made.read_text())
    made.write_text("finished by hand")
    result = run("port", str(program), "-o", str(made))
    assert result.exit_code == 2
    assert f"{made} is there already" in result.stderr
    assert made.read_text() == "finished by hand"


def test_what_is_not_translated_is_counted(run: Run, program: Path) -> None:
    program.write_text(program.read_text().replace("import", "import java.util.*;\nimport", 1))
    result = run("port", str(program))
    assert "1 place of" in result.stderr
    assert "# TODO: session.createTextMessage().setText(in.nextInt());  # Java: 5" in result.stdout


@pytest.mark.parametrize(("text", "reason"), [("class {", "cannot be read as Java: line 1"), (None, "No such file")])
def test_a_wrong_file_is_the_user_s_error(run: Run, tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "Wrong.java"
    if text is not None:
        path.write_text(text)
    result = run("port", str(path))
    assert result.exit_code == 2
    assert reason in result.stderr
