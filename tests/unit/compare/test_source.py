from __future__ import annotations

import csv
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jmslike.compare import lines, readers
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
        {"id": "1", "note": 'a, "quoted"\r\nnote'},
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
        ('id,item\n1,lamp\n2,"never closed\n3,c', "x", "line 3 is not CSV: a quote in it is never closed"),
        ("id,\n1,2\n", "x.csv", "line 1: column 2 of the header has no name"),
        ("id,id\n1,2\n", "x.csv", "line 1: the header names the column 'id' twice"),
        ('{"id": 1}\n\n{"id": 2\n', "x", "line 3 is not JSON: Expecting ',' delimiter at column 9; put"),
        ('{"id": 1}\n[2]\n', "x", "line 2 is not a JSON object: [2]"),
        ('[{"id": 1}]', "x.json", "one JSON array; put each object on a line of its own: jq -c '.[]'"),
        ("[\n", "x", "one JSON array; put each object on a line of its own: jq -c '.[]'"),
        (
            '{\n  "id": 1\n}\n',
            "x.json",
            "a JSON object over several lines; put each object on one line: jq -c ., or send",
        ),
        ('{"id": 1,\n "item": "lamp"}\n', "x", "a JSON object over several lines"),
        (
            '{"id": 1}\n{\n',
            "x",
            "line 2 is not JSON: Expecting property name enclosed in double quotes at column 2; put",
        ),
        ('[{"id": 1},\n {"id": 2}]\n', "x", "one JSON array; put each object on a line of its own"),
        ("[1,\n2]\n", "x.json", "one JSON array; put each object on a line of its own"),
        ('["a"]\n', "x.ndjson", "line 1 is not a JSON object: "),
        ('<?xml version="1.0"?>\n<orders>\n</orders>\n', "x", "XML over several lines; put each message on one line"),
        ('<order id="1">\n  <item/>\n</order>\n', "x.xml", "XML over several lines; put each message on one line"),
        ("id,item\r1,lamp\r2,bag", "x.csv", "its lines end with a carriage return only; convert the file: tr"),
        ("id,item\n1,a\rb\n", "x.csv", "line 2 is not CSV: a carriage return outside quotes; put the field into"),
        ('id,item\n1,"a"b\n', "x.csv", "line 2 is not CSV: text follows a closing quote; write a quote"),
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


def test_csv_field_may_be_as_long_as_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = "x" * 200_000
    before = csv.field_size_limit()
    found = messages(tmp_path, f'a,b\n1,2\n{payload},"{payload}\n{payload}"\n')
    assert json.loads(found[1]) == {"a": payload, "b": f"{payload}\n{payload}"}
    assert csv.field_size_limit() == before
    monkeypatch.setattr(readers, "LONGEST_LINE", 100_000)
    reason = complaint(tmp_path, f"a,b\n1,2\n3,4\n{payload},6\n")
    assert reason == "line 4 is not CSV: a field is longer than 0 MiB; is a quote in it never closed?"
    assert csv.field_size_limit() == before


def test_limit_of_the_csv_module_is_as_before_while_a_file_is_read_by_several(tmp_path: Path) -> None:
    found = FileSource(written(tmp_path, "a,b\n" + "1,2\n" * 2000))
    before = csv.field_size_limit()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: len(list(found)), range(8))) == [2000] * 8
    assert csv.field_size_limit() == before


def test_each_row_is_a_message_also_one_of_empty_fields(tmp_path: Path) -> None:
    found = messages(tmp_path, ',\nid,item\n1,lamp\n,\n\n   \n"",""\n')
    assert [json.loads(text) for text in found] == [
        {"id": "1", "item": "lamp"},
        {"id": "", "item": ""},
        {"id": "", "item": ""},
    ]
    assert messages(tmp_path, 'id\n1\n\n""\n', "ids.csv") == ['{"id": "1"}', '{"id": ""}']


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('id, item\n1, "lamp, big"\n2, x\n', [{"id": "1", "item": "lamp, big"}, {"id": "2", "item": "x"}]),
        ('id,item\n1, "lamp, big"\n2,x\n', [{"id": "1", "item": "lamp, big"}, {"id": "2", "item": "x"}]),
        ("id,item\n1, lamp\n2,  x\n", [{"id": "1", "item": " lamp"}, {"id": "2", "item": "  x"}]),
        ('id,item\n1,"a, ""b"""\n2, x\n', [{"id": "1", "item": 'a, "b"'}, {"id": "2", "item": " x"}]),
    ],
)
def test_blanks_after_delimiters(tmp_path: Path, content: str, expected: list[dict[str, str]]) -> None:
    assert [json.loads(text) for text in messages(tmp_path, content)] == expected


@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_first_line_of_excel_declares_the_delimiter(tmp_path: Path, mark: str, line_end: str) -> None:
    content = line_end.join([mark, "id;price, net", "1;2,50", ""])
    assert messages(tmp_path, content) == ['{"id": "1", "price, net": "2,50"}']
    assert complaint(tmp_path, content + "1").startswith("line 4 has 1 columns, the header has 2")


def test_delimiter_that_only_a_declaration_can_name(tmp_path: Path) -> None:
    assert messages(tmp_path, "sep=^\nid^item\n1^a,b\n") == ['{"id": "1", "item": "a,b"}']


@pytest.mark.parametrize(
    "content",
    [
        "2026-01-15 10:23:45,123 INFO  [main] com.acme.A - Started\n2026-01-15 10:23:46,456 DEBUG [pool-1] B - step\n",
        "2026-01-15 10:23:45,123 - root - INFO - up\n2026-01-15 10:23:45,130 - root - INFO - a, b\n\tat X.y(X:1)\n",
        "Mon Jan 5 10:23:45,123 up\nTue Feb 6 1:03:05,120 work\nTue Feb 6 1:03:07,121 done\n",
        "10:23:45.123 | INFO | started\n10:23:46.001 | WARN | slow\n",
        "Server starting, please wait\n10:23:45,123 INFO up\n10:23:46,456 INFO work\n",
        "level=info, msg=up\nlevel=warn, msg=slow\n",
        "FS-01;C-7\nFS-02;C-8\nFS-03;C-9\n",
        "<Jan 15, 2026 10:23:45 AM> <Info> <Server> </up>\n<Jan 15, 2026 10:23:46 AM> <Info> <Server> <work/>\n",
        "<34>Oct 11 22:14:15 host su: 'su root' failed\n<34>Oct 11 22:14:16 host su: ok\n",
        "<ada> hello\n<bob> hi\n",
        '["a", "b"]\n["c", "d"]\n',
        "[12:03:44] started\n[12:03:45] ready\n",
        '<order id="1"/>\n<order id="2"><item/></order>\n',
    ],
)
def test_logs_and_the_like_are_no_table_and_lose_no_line(tmp_path: Path, content: str) -> None:
    assert messages(tmp_path, content) == content.splitlines()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("country,2020,2021", "Chad,1500,1600"),
        ("Province,Lat,1/22/20,1/23/20", "Hubei,30.97,444,549"),
        ("q1,q2", "a1,b2"),
        ("name,1st prize", "Ada,20"),
    ],
)
def test_headers_with_digits(tmp_path: Path, header: str, row: str) -> None:
    expected = dict(zip(header.split(","), row.split(","), strict=True))
    assert [json.loads(text) for text in messages(tmp_path, f"{header}\n{row}\n{row}\n")] == [expected] * 2


@pytest.mark.parametrize(
    "content", ["1,2\n3,4\n", "FS-1\nFS-2\n", "2026-01-15 10:23:45,123 up\n2026-01-15 10:23:46,1 x\n"]
)
def test_first_row_of_values_is_not_swallowed_as_a_header(tmp_path: Path, content: str) -> None:
    reason = complaint(tmp_path, content, "x.csv")
    assert reason.startswith("the first row looks like values, not like the names of columns; add a header, or name")
    assert len(FileSource(written(tmp_path, content, "x.csv"), Format.CSV)) == 1
    assert len(FileSource(written(tmp_path, content, "x.csv"), Format.LINES)) == 2


def test_file_without_line_ends_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
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
        ("Hello, world\nBye, world\n", None, ['{"Hello": "Bye", "world": "world"}']),
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
    assert found.name == f"{pipe} (CSV, 1 message below a header)"
    assert len(list(spool.iterdir())) == 1
    del found
    assert list(spool.iterdir()) == []


def test_source_names_itself(tmp_path: Path) -> None:
    path = written(tmp_path, "a\nb")
    assert FileSource(path).name == f"{path} (plain lines, 2 messages)"
    assert FileSource(written(tmp_path, "a")).name == f"{path} (plain lines, 1 message)"
