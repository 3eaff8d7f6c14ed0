"""`jmslike store`: look at the folder of a durable engine, and change it while no process uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer

from jmslike import selector as selectors
from jmslike.cli.terminal import complain, console, interruptions, is_terminal, reporting, show
from jmslike.compare.phrases import plural
from jmslike.destinations import destination_of
from jmslike.envelope import Envelope
from jmslike.errors import JMSError, ResourceAllocationError
from jmslike_transports.native.factory import place_of as place_of_url
from jmslike_transports.native.json_lines import Place, message_line, subscription_line
from jmslike_transports.native.places import Folder
from jmslike_transports.native.record_format import EnvelopeFormat
from jmslike_transports.native.store.loading import Load
from jmslike_transports.native.store.report import as_dict, as_text
from jmslike_transports.native.store.stock import Stock, place_of, unknown_queue
from native_engine import EngineError, FolderError, FolderInUseError
from native_engine.journal.folder import FolderFiles
from native_engine.journal.maintenance import Maintenance

store: Final = typer.Typer(invoke_without_command=True)

_WRONG_USE: Final = 2


def _folder(value: str) -> str:
    """Parse a folder: its path, or the URL of its engine."""
    if not value.startswith("native://"):
        return value
    try:
        place = place_of_url(value.partition("?")[0])
    except JMSError as error:
        raise typer.BadParameter(str(error)) from error
    if not isinstance(place, Folder):
        raise typer.BadParameter(f"{value} is in memory, so it has no folder")
    return place.path


FOLDER = Annotated[
    str, typer.Argument(parser=_folder, metavar="FOLDER", help="The folder of native:///FOLDER, or that URL.")
]
QUEUE = Annotated[str | None, typer.Argument(metavar="[QUEUE]", help="NAME or queue://NAME.")]
SUBSCRIPTION = Annotated[str | None, typer.Option(metavar="NAME", help="A durable subscription instead of a queue.")]
CLIENT_ID = Annotated[str | None, typer.Option(metavar="ID", help="The client id of the subscription, if it has one.")]


@store.callback()
def _store(context: typer.Context) -> None:
    """Look at the folder of a durable engine, native:///FOLDER, and change it.

    stats, browse and export only look, also while a process uses the folder. The others need it for themselves.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(_WRONG_USE)


@store.command()
def stats(folder: FOLDER, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> int:
    """Show the files of a folder, its queues and durable subscriptions, and what is damaged.

    The exit code is 1 if something is damaged.
    """
    with _looking(folder) as stock:
        if as_json:
            typer.echo(json.dumps(as_dict(stock), indent=2, ensure_ascii=False))
        else:
            console().print(as_text(stock))
        return 1 if stock.damage else 0


@store.command()
def browse(
    folder: FOLDER,
    queue: QUEUE = None,
    subscription: SUBSCRIPTION = None,
    client_id: CLIENT_ID = None,
    selector: Annotated[
        str | None, typer.Option(help="Only messages that match, such as: price > 100 AND paid = TRUE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as export writes it.")] = False,
) -> int:
    """Print the messages that wait in a queue or durable subscription, and leave them there.

    They come in the order of delivery. The exit code is 1 if any cannot be read.
    """
    place = _place(queue, subscription, client_id)
    wanted = selectors.optional(selector)
    with _looking(folder) as stock:
        for message in stock.waiting_in(place):
            if wanted is None or wanted.selects(message.envelope):
                if as_json:
                    _write(message_line(message))
                else:
                    show(_body(message.envelope))
        return _complain(stock)


@store.command("export")
def export_(folder: FOLDER) -> int:
    """Print all messages and durable subscriptions as JSON lines, from which import makes them again.

    Messages come in the order in which they were sent. The exit code is 1 if any cannot be read.
    """
    with _looking(folder) as stock:
        for subscription in stock.subscriptions:
            _write(subscription_line(subscription))
        for message in stock.messages():
            _write(message_line(message))
        return _complain(stock)


@store.command("import")
def import_(
    folder: FOLDER,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="FILE", help="What export has printed; - for the standard input.")
    ],
) -> None:
    """Put messages and durable subscriptions into a folder, which is made if it is not there.

    Messages are put behind those that wait there already. If a line is wrong, nothing is imported.
    """
    load = Load(file)
    if not _is_used(folder):
        load.check_places({})  # before the folder is made
    with interruptions() as interruption, _changing(folder) as maintenance:
        subscriptions = load.into(maintenance, interruption)
    what = plural(load.messages, "message")
    if subscriptions:
        what += f" and {plural(subscriptions, 'durable subscription')}"
    typer.echo(f"{what} imported to {folder}")


@store.command()
def purge(
    folder: FOLDER,
    queue: QUEUE = None,
    subscription: SUBSCRIPTION = None,
    client_id: CLIENT_ID = None,
    everything: Annotated[bool, typer.Option("--all", help="All queues and durable subscriptions.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Needed with --all.")] = False,
) -> None:
    """Remove the messages of a queue or durable subscription; the subscription goes on collecting."""
    if everything and (queue, subscription) != (None, None):
        raise ValueError("--all excludes a QUEUE and --subscription; use one of them")
    place = None if everything else _place(queue, subscription, client_id)
    with _changing(folder, existing=True) as maintenance:
        places = {place_of(0, each): each for each in maintenance.definitions}
        if place is not None:
            if place.kind == "subscription" and place not in places:
                raise ValueError(f"{folder} has no such durable subscription; see: jmslike store stats {folder}")
            if place not in places:
                raise ValueError(unknown_queue(folder, place, places))
            places = {place: places[place]}
        elif not yes:
            raise ValueError(f"--all removes all messages of {folder}; to do that add --yes")
        count = sum(maintenance.clear(definition) for definition in places.values())
    typer.echo(f"{plural(count, 'message')} removed")


@store.command()
def compact(folder: FOLDER) -> None:
    """Make the files of a folder smaller. An engine does that by itself while it runs, when it is worth it."""
    before = _bytes(folder)  # it raises where there is no folder, and makes none
    with _changing(folder, existing=True) as maintenance:
        maintenance.compact()
    typer.echo(f"{before:,} bytes before, {_bytes(folder):,} now")


@contextmanager
def _looking(folder: str) -> Iterator[Stock]:
    with _refusals(), Stock(folder) as stock:
        yield stock


@contextmanager
def _changing(folder: str, existing: bool = False) -> Iterator[Maintenance]:
    with _refusals():
        if existing:
            FolderFiles.look(folder).close()  # it raises where there is none, and makes none
        files = FolderFiles.lock(folder)
        try:
            with reporting("jmslike.engine"):  # what is damaged, and what was not written to its end
                maintenance = Maintenance(files, EnvelopeFormat())
        except BaseException:
            files.close()
            raise
        try:
            yield maintenance
        finally:
            maintenance.close()


def _is_used(folder: str) -> bool:
    """Whether an engine has used the folder."""
    try:
        FolderFiles.look(folder).close()
    except FolderError:
        return False
    return True


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise errors of the engine as what they are to a command: a wrong folder, or one that refuses."""
    try:
        yield
    except EngineError as error:
        is_wrong = isinstance(error, FolderError) and not isinstance(error, FolderInUseError)
        text = "".join([str(error), *getattr(error, "__notes__", [])])
        raise (ValueError if is_wrong else ResourceAllocationError)(text) from error


def _place(queue: str | None, subscription: str | None, client_id: str | None) -> Place:
    if (queue is None) is (subscription is None):
        raise ValueError("name one QUEUE, or a durable subscription by --subscription NAME")
    if subscription is not None:
        return Place("subscription", subscription, client_id)
    if client_id is not None:
        raise ValueError("--client-id belongs to --subscription, and there is none; a queue has no client id")
    destination = destination_of(queue or "")
    if not destination.is_queue:
        raise ValueError(f"{destination} keeps no messages; name one of its durable subscriptions by --subscription")
    return Place("queue", destination.name)


def _write(line: bytes) -> None:
    """Print a line of an export: its bytes, but on a terminal as other texts."""
    if is_terminal():
        show(line.decode("utf-8", "surrogatepass"), end="")
    else:
        typer.echo(line, nl=False)


def _complain(stock: Stock) -> int:
    """Print what cannot be read, and return the exit code."""
    for each in stock.damage:
        complain(f"damaged journal: {each}")
    if stock.contents.tail is not None:
        complain(f"incomplete journal: {stock.contents.tail}")
    return 1 if stock.damage or stock.contents.tail is not None else 0


def _body(envelope: Envelope) -> str:
    """Return the body in one line, as `jmslike browse` prints it; of an object the bytes, as nothing is unpickled."""
    body: Any = envelope.body
    if isinstance(body, str):
        return body
    if isinstance(body, bytes):
        return body.hex()
    return json.dumps(list(body) if isinstance(body, tuple) else body, ensure_ascii=False, default=bytes.hex)


def _bytes(folder: str) -> int:
    with _looking(folder) as stock:
        return as_dict(stock)["bytes"]  # type: ignore[no-any-return]
