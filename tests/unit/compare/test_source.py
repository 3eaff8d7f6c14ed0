from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jmslike.compare import source
from jmslike.compare.source import BadInputError, FileSource, Format


def written(folder: Path, content: str | bytes, name: str = "input.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def messages(folder: Path, content: str | bytes, name: str = "input.txt") -> list[str]:
    found = FileSource(written(folder, content, name))
    assert list(found) == list(found), "a source can be gone through again"
    assert len(found) == len(list(found))
    return list(found)


def complaint(folder: Path, content: str | bytes, name: str = "input.txt") -> str:
    path = written(folder, content, name)
    with pytest.raises(BadInputError) as caught:
        FileSource(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_rows_become_objects(tmp_path: Path, delimiter: str) -> None:
    rows = "\n".join(delimiter.join(row) for row in [("id", "item"), ("1", "lamp"), ("2", "backpack")])
    assert [json.loads(text) for text in messages(tmp_path, rows)] == [
        {"id": "1", "item": "lamp"},
        {"id": "2", "item": "backpack"},
    ]


def test_csv_with_quotes_line_ends_and_mark(tmp_path: Path) -> None:
    content = '\ufeffid,note\r\n1,"a, ""quoted""\r\nnote"\r\n\r\n2,Grüße\r\n'
    assert [json.loads(text) for text in messages(tmp_path, content)] == [
        {"id": "1", "note": 'a, "quoted"\nnote'},
        {"id": "2", "note": "Grüße"},
    ]


def test_csv_of_one_column_is_known_by_its_name(tmp_path: Path) -> None:
    assert messages(tmp_path, "id\n1\n2\n", "ids.csv") == ['{"id": "1"}', '{"id": "2"}']
    assert messages(tmp_path, "id\n1\n2\n", "ids") == ["id", "1", "2"]


def test_json_lines_stay_as_they_are(tmp_path: Path) -> None:
    content = '\n{"id": 1, "tags": ["a"]}\r\n  {"id":2}  \n'
    assert messages(tmp_path, content, "orders.csv") == ['{"id": 1, "tags": ["a"]}', '{"id":2}']


@pytest.mark.parametrize(
    "content",
    [
        "one\ntwo\n\nthree",
        "Hello, world\nthis is prose\nand no table",
        "1,2\n3,4\n5,6",
        "a,a\n1,2",
        "[INFO] started\n[WARN] slow",
        "\t indented \n",
        "\x1b[31mred\x1b[0m",
    ],
)
def test_anything_else_is_a_message_a_line(tmp_path: Path, content: str) -> None:
    assert messages(tmp_path, content) == [line for line in content.split("\n") if line]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("", "x", "the file is empty; it needs a message on each line"),
        (" \n\r\n\t\n", "x", "the file is empty; it needs a message on each line"),
        ("\ufeff", "x", "the file is empty; it needs a message on each line"),
        ("id,item\n", "x.csv", "no messages in it, only a header or blank lines"),
        ("id,item\n1,lamp\n2\n3,backpack\n", "x", "line 3 has 1 columns, the header has 2"),
        ('id,item\n1,"a\nb"\n2,lamp,extra\n3,c', "x.csv", "line 4 has 3 columns, the header has 2"),
        ('id,item\n1,lamp\n2,"never closed\n3,c', "x", "line 3 is not CSV: unexpected end of data"),
        ("id,\n1,2\n", "x.csv", "line 1: column 2 of the header has no name"),
        ("id,id\n1,2\n", "x.csv", "line 1: the header names the column 'id' twice"),
        ('{"id": 1}\n\n{"id": 2\n', "x", "line 3 is not JSON: Expecting ',' delimiter: line 1 column 9 (char 8)"),
        ('{"id": 1}\n[2]\n', "x", "line 2 is not a JSON object: [2]"),
        ('[{"id": 1}]', "x.json", "one JSON array; put each object on a line of its own: jq -c '.[]'"),
        ("[\n", "x", "one JSON array; put each object on a line of its own: jq -c '.[]'"),
        ("ok\n\x00\x01", "x", "line 2 holds binary data; use a text file: CSV, JSON lines or plain lines"),
        (b"\x89PNG\r\n\x1a\n\x00", "x", "line 2 holds binary data"),
        (b"\x1f\x8b\x08\x00", "x", "line 1 holds binary data"),
        (b"ok\nGr\xfc\xdfe\n", "x", "line 2 is not UTF-8 (byte 0xfc); convert the file, for example from Latin-1: "),
        ("text".encode("utf-16"), "x", "the file is UTF-16; convert it: iconv -f utf-16 -t utf-8"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, content: str | bytes, name: str, reason: str) -> None:
    assert complaint(tmp_path, content, name).startswith(reason)


def test_deep_json_is_no_crash(tmp_path: Path) -> None:
    assert "line 1 is not JSON" in complaint(tmp_path, '{"a":' * 100_000)


def test_huge_csv_field_is_no_crash(tmp_path: Path) -> None:
    assert "field larger than field limit" in complaint(tmp_path, "a,b\n1,2\n3,4\n" + "x" * 200_000 + ",6\n")


def test_file_without_line_ends_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LONGEST_LINE", 100)
    assert messages(tmp_path, "x" * 99 + "\n" + "y" * 100) == ["x" * 99, "y" * 100]
    assert complaint(tmp_path, "ok\n" + "x" * 101).startswith("line 2 is longer than")


def test_broken_line_after_the_sample_is_found_before_anything_is_read_on(tmp_path: Path) -> None:
    rows = "".join(f"{number},lamp\n" for number in range(500))
    assert complaint(tmp_path, "id,item\n" + rows + "1,2,3\n").startswith("line 502 has 3 columns")


def test_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="missing: cannot be read: No such file"):
        FileSource(tmp_path / "missing")
    with pytest.raises(BadInputError, match=r"cannot be read: Is a directory|cannot be read: Permission denied"):
        FileSource(tmp_path)


@pytest.mark.parametrize(
    ("content", "file_format", "expected"),
    [
        ("Hello, world\nBye, world\n", None, ['{"Hello": "Bye", "world": " world"}']),
        ("Hello, world\nBye, world\n", Format.LINES, ["Hello, world", "Bye, world"]),
        ('{"id": 1}\n', Format.LINES, ['{"id": 1}']),
        ("[\n]\n", Format.LINES, ["[", "]"]),
        ("1;2\n3;4\n", Format.CSV, ['{"1": "3", "2": "4"}']),
        ("id\n1\n", Format.CSV, ['{"id": "1"}']),
        ('{"id": 1}\n', Format.JSONL, ['{"id": 1}']),
    ],
)
def test_format_may_be_given(tmp_path: Path, content: str, file_format: Format | None, expected: list[str]) -> None:
    assert list(FileSource(written(tmp_path, content), file_format)) == expected


def test_given_format_that_is_not_the_files(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="line 1 is not JSON"):
        FileSource(written(tmp_path, "id,item\n1,lamp\n"), Format.JSONL)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_read_once_and_gone_through_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(pipe.write_text, "id,item\n1,lamp\n", encoding="utf-8")
        found = FileSource(pipe)
        writing.result(10)
    assert list(found) == list(found) == ['{"id": "1", "item": "lamp"}']
    assert found.name == f"{pipe} (CSV, 1 message)"
    assert len(list(spool.iterdir())) == 1
    del found
    assert list(spool.iterdir()) == []


def test_source_names_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "a\nb")
    assert FileSource(path).name == f"{path} (plain lines, 2 messages)"
    assert FileSource(written(tmp_path, "a")).name == f"{path} (plain lines, 1 message)"
