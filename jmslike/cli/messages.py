"""`jmslike send`, `receive` and `browse`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from jmslike import (
    BytesMessage,
    InvalidDestinationError,
    JMSError,
    MapMessage,
    Message,
    MessageEOFError,
    ObjectMessage,
    Queue,
    SessionMode,
    StreamMessage,
    TextMessage,
)
from jmslike.cli.terminal import (
    FILE_HELP,
    FORMAT,
    NATIVE_NOTE,
    complain,
    factory_for,
    reading_factory_for,
    reporting,
    seconds,
    show,
    whole_number,
)
from jmslike.compare import FileSource, Format
from jmslike.compare.phrases import naming, plural
from jmslike.destinations import destination_of
from jmslike.operating.browsing import browse as look
from jmslike.registry import resolve
from jmslike.url import without_secrets

URL = Annotated[str, typer.Argument(metavar="URL", help=f"Provider. {NATIVE_NOTE}.")]
DESTINATION = Annotated[
    str, typer.Argument(metavar="DESTINATION", help="queue://NAME, topic://NAME, or NAME for a queue.")
]
SELECTOR = Annotated[str | None, typer.Option(help="Only messages that match, such as: price > 100 AND paid = TRUE")]
AS_JSON = Annotated[bool, typer.Option("--json", help="One JSON object a line, with headers and properties.")]


def send(
    url: URL,
    destination: DESTINATION,
    text: Annotated[
        str | None, typer.Argument(help="The message; without it, each line of the standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help=FILE_HELP)] = None,
    file_format: Annotated[Format | None, FORMAT] = None,
) -> None:
    """Send text messages: TEXT, each message of a file, or each line of the standard input."""
    if text is not None and file is not None:
        raise ValueError("TEXT and --file exclude each other; use one of them")
    if file is None and file_format is not None:
        raise ValueError("--format describes --file, and there is none; name the file")
    target = destination_of(destination)
    if text is not None:
        texts: Iterable[str] = [text]
    else:
        texts = _typed_lines() if file is None else FileSource(file, file_format)
    count = 0
    with naming(url), factory_for(url).create_context() as context:
        producer = context.create_producer()
        try:
            for body in texts:
                producer.send(target, body)
                count += 1
        except (JMSError, ValueError, KeyboardInterrupt) as error:
            error.add_note(f"; {plural(count, 'message')} sent to {target} before that")
            raise
    typer.echo(f"{plural(count, 'message')} sent to {target}")
    if resolve(url, {}).locate().ends_with_process:
        complain(f"{without_secrets(url)} is the memory of this command and ends with it, so the messages are gone")


def _typed_lines() -> Iterator[str]:
    if sys.stdin is None:
        raise ValueError("the standard input is closed; give TEXT or --file")
    for number, raw in enumerate(typer.get_binary_stream("stdin"), 1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"line {number} of the standard input is not UTF-8") from error
        if line.strip():
            yield line


def receive(
    url: URL,
    destination: DESTINATION,
    count: Annotated[
        int | None,
        typer.Option(parser=whole_number(1), metavar="N", help="Stop after so many; fewer is an error (exit code 1)."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(parser=seconds, metavar="SECONDS", help="Seconds to wait for each message.")
    ] = 5.0,
    selector: SELECTOR = None,
    as_json: AS_JSON = False,
) -> int:
    """Receive messages and print them; each is acknowledged when it is printed."""
    target = destination_of(destination)
    received = 0
    factory = reading_factory_for(url)
    with naming(url), factory.create_context(session_mode=SessionMode.CLIENT_ACKNOWLEDGE) as context:
        consumer = context.create_consumer(target, selector)
        while received != count and (message := consumer.receive(timeout)) is not None:
            show(_line(message, as_json=as_json))
            sys.stdout.flush()
            message.acknowledge()
            received += 1
    if count is not None and received < count:
        came = plural(received, "message")
        typer.echo(f"jmslike: {came} came, not {count:,}; nothing more within {timeout:g} seconds", err=True)
        return 1
    return 0


def browse(url: URL, queue: DESTINATION, selector: SELECTOR = None, as_json: AS_JSON = False) -> None:
    """Print the messages that wait in a queue, oldest first, and leave them there."""
    target = destination_of(queue)
    if not isinstance(target, Queue):
        raise InvalidDestinationError(f"{target} cannot be browsed, only a queue can; use: jmslike receive")
    factory = reading_factory_for(url)
    with naming(url), reporting("jmslike.operating"), factory.create_context() as context:
        for message in look(context, target, selector):
            show(_line(message, as_json=as_json))


def _line(message: Message, *, as_json: bool) -> str:
    body = _body(message)
    if as_json:
        return json.dumps(_headers(message) | {"body": body}, ensure_ascii=False)
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _headers(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "destination": str(message.destination),
        "timestamp": message.timestamp,
        "priority": message.priority,
        "delivery_mode": int(message.delivery_mode),
        "expiration": message.expiration,
        "redelivered": message.redelivered,
        "correlation_id": message.correlation_id,
        "reply_to": None if message.reply_to is None else str(message.reply_to),
        "type": message.type,
        "properties": {name: _value(message.get_object_property(name)) for name in message.property_names},
        "kind": message.kind,
    }


def _body(message: Message) -> Any:
    """Return the body as JSON holds it: bytes in hexadecimal digits."""
    match message:
        case TextMessage():
            return message.text
        case BytesMessage():
            return message.read_bytes().hex()
        case MapMessage():
            return {name: _value(message.get_object(name)) for name in message.map_names}
        case StreamMessage():
            return [_value(value) for value in _items(message)]
        case ObjectMessage():
            return message.object
    return None


def _items(message: StreamMessage) -> Iterator[Any]:
    while True:
        try:
            yield message.read_object()
        except MessageEOFError:
            return


def _value(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
