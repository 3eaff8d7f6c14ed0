"""`jmslike count`, `move`, `copy`, `purge` and `retry`: what an operator does to queues."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from threading import Event
from typing import Annotated, Any, Final, Protocol

import typer
from rich.table import Table
from rich.text import Text

from jmslike import JMSError, Queue, UnsupportedFeatureError, operating
from jmslike.cli.messages import SELECTOR, URL
from jmslike.cli.terminal import (
    complain,
    console,
    factory_for,
    interruptions,
    is_interactive,
    reading_factory_for,
    reporting,
    whole_number,
)
from jmslike.compare.phrases import plural
from jmslike.compare.redaction import shown
from jmslike.destinations import destination_of
from jmslike.operating import Returned
from jmslike.operating.counting import queue_of
from jmslike.registry import resolve
from jmslike.statistics import QueueStatistics
from jmslike.url import without_secrets

_COLUMNS: Final = {"depth": "messages", "in_flight": "in flight", "consumers": "consumers"}
"""The numbers that are shown, and what they are called."""
_MOST_LEFT: Final = 10
"""How many messages that could not be returned are named, without --json."""

QUEUE = Annotated[str, typer.Argument(metavar="QUEUE", help="NAME or queue://NAME.")]
QUEUES = Annotated[list[str], typer.Argument(metavar="QUEUE", help="NAME or queue://NAME, one or several.")]
TO = Annotated[
    str | None,
    typer.Argument(metavar="TO", help="NAME, queue://NAME or topic://NAME; with --to-url the same queue by default."),
]
TO_URL = Annotated[
    str | None, typer.Option("--to-url", metavar="URL", help="Another provider, to which the messages go.")
]
COUNT = Annotated[
    int | None, typer.Option("--count", parser=whole_number(1), metavar="N", help="At most so many messages.")
]
DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
AS_JSON = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


def count(
    url: URL,
    queues: QUEUES,
    selector: SELECTOR = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with all that is counted.")] = False,
) -> None:
    """Say how many messages wait in queues, and what else the provider counts."""
    reading_factory_for(url)
    names = list(map(queue_of, queues))
    with _operating(url):
        found = dict(zip(names, operating.count(url, *names, selector=selector), strict=True))
    if as_json:
        for name, statistics in found.items():
            _print_json({"queue": str(name), **asdict(statistics)})
    else:
        console().print(_table(found))


def move(
    url: URL,
    queue: QUEUE,
    to: TO = None,
    to_url: TO_URL = None,
    selector: SELECTOR = None,
    count: COUNT = None,
    dry_run: DRY_RUN = False,
    as_json: AS_JSON = False,
) -> int:
    """Move what waits in a queue to another queue, or to a topic; also to another provider.

    What arrives meanwhile stays. Messages keep their ids and all else. Within one provider a transaction moves them;
    between two, what was being moved when the command ends early may be at both ends, and nothing is lost. The exit
    code is 1 if there were fewer messages than --count.
    """
    ends = (queue, to, to_url)
    return _transfer(
        operating.move, "moved", url, ends, selector=selector, count=count, dry_run=dry_run, as_json=as_json
    )


def copy(
    url: URL,
    queue: QUEUE,
    to: TO = None,
    to_url: TO_URL = None,
    selector: SELECTOR = None,
    count: COUNT = None,
    dry_run: DRY_RUN = False,
    as_json: AS_JSON = False,
) -> int:
    """Copy what waits in a queue to another queue, or to a topic; also to another provider.

    The copies have the ids of their originals. The queue must be one that can be browsed. The exit code is 1 if there
    were fewer messages than --count.
    """
    ends = (queue, to, to_url)
    return _transfer(
        operating.copy, "copied", url, ends, selector=selector, count=count, dry_run=dry_run, as_json=as_json
    )


def purge(
    url: URL,
    queues: QUEUES,
    selector: SELECTOR = None,
    dry_run: DRY_RUN = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> int:
    """Remove what waits in queues, after asking. What arrives meanwhile stays."""
    reading_factory_for(url)
    names = list(map(queue_of, queues))
    with _operating(url):
        if not (yes or dry_run) and not _agrees(url, names, selector):
            complain("nothing was removed")
            return 1
        with interruptions() as interruption:
            for name in names:
                number = operating.purge(url, name, selector=selector, dry_run=dry_run, interruption=interruption)
                if as_json:
                    _print_json({"queue": str(name), "removed": number, "dry_run": dry_run})
                else:
                    typer.echo(f"{plural(number, 'message')} {_done('removed', dry_run)} from {shown(str(name))}")
    return 0


def retry(
    url: URL,
    queue: QUEUE,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DESTINATION", help="Where all go, wherever they came from.")
    ] = None,
    selector: SELECTOR = None,
    count: COUNT = None,
    dry_run: DRY_RUN = False,
    as_json: AS_JSON = False,
) -> int:
    """Return dead letters, such as those of DLQ.orders, to where they came from.

    They lose what made them dead letters, and their attempts count from the beginning. Those that cannot be returned
    stay, behind the others; each is named with the reason. The exit code is 1 if there are any, or if fewer than
    --count were returned.
    """
    reading_factory_for(url)
    with _operating(url), interruptions() as interruption:
        found = operating.retry(
            url, queue, to, selector=selector, most=count, dry_run=dry_run, interruption=interruption
        )
    if as_json:
        left = [{"message_id": name, "reason": reason} for name, reason in found.left]
        to_each = {str(target): number for target, number in found.to.items()}
        _print_json({"returned": to_each, "left": left, "dry_run": dry_run})
    else:
        _show_returned(found, dry_run)
    return 1 if _is_short(found.count, count, _done("returned", dry_run)) or found.left else 0


@contextmanager
def _operating(*urls: str | None) -> Iterator[None]:
    """Name the providers in errors, and print what is logged of an operation."""
    names = [without_secrets(url) for url in urls if url is not None]
    with reporting("jmslike.operating"):
        try:
            yield
        except JMSError as error:
            error.add_note(f" ({' to '.join(names)})")
            raise


class _Operation(Protocol):
    """`operating.move` or `operating.copy`."""

    def __call__(
        self,
        url: str,
        queue: str,
        destination: str,
        *,
        to_url: str | None,
        selector: str | None,
        most: int | None,
        dry_run: bool,
        interruption: Event,
    ) -> int: ...


def _transfer(
    operation: _Operation,
    verb: str,
    url: str,
    ends: tuple[str, str | None, str | None],
    *,
    selector: str | None,
    count: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Run what moves or copies messages, and print the number."""
    queue, to, to_url = ends
    reading_factory_for(url)
    if to_url is not None:
        factory_for(to_url)
        _refuse_memory(to_url)
    elif to is None:
        raise ValueError("the queue to which the messages go is missing; name it, or another provider by --to-url")
    target = queue if to is None else to
    with _operating(url, to_url), interruptions() as interruption:
        number = operation(
            url,
            queue,
            target,
            to_url=to_url,
            selector=selector,
            most=count,
            dry_run=dry_run,
            interruption=interruption,
        )
    done = _done(verb, dry_run)
    there = str(destination_of(target)) + ("" if to_url is None else f" of {without_secrets(to_url)}")
    if as_json:
        _print_json({verb: number, "queue": str(destination_of(queue)), "to": there, "dry_run": dry_run})
    else:
        typer.echo(f"{plural(number, 'message')} {done} from {shown(str(destination_of(queue)))} to {shown(there)}")
    return 1 if _is_short(number, count, done) else 0


def _refuse_memory(to_url: str) -> None:
    """Raise ValueError for the memory of this process, which is about to end."""
    if resolve(to_url, {}).locate().ends_with_process:
        name = without_secrets(to_url)
        raise ValueError(f"{name} is the memory of this command and ends with it, so nothing was done; name a folder")


def _agrees(url: str, queues: Sequence[Queue], selector: str | None) -> bool:
    """Whether the operator wants these queues to be emptied. Raises ValueError if there is no terminal to ask at."""
    if not is_interactive():
        raise ValueError("purge asks before it removes anything, and there is no terminal to ask at; add --yes")
    try:
        counts = [found.depth for found in operating.count(url, *queues, selector=selector)]
        what = " and ".join(f"{plural(n, 'message')} from {queue}" for n, queue in zip(counts, queues, strict=True))
    except UnsupportedFeatureError:
        what = f"all messages {'that match ' if selector else ''}from {' and '.join(map(str, queues))}"
    return typer.confirm(f"Remove {shown(what)} of {without_secrets(url)}?", err=True)


def _done(verb: str, dry_run: bool) -> str:
    return f"would be {verb}" if dry_run else verb


def _is_short(number: int, count: int | None, done: str) -> bool:
    """Whether there were fewer messages than were asked for, which is an error."""
    if count is None or number == count:
        return False
    complain(f"{plural(number, 'message')} {done}, not {count:,}")
    return True


def _show_returned(found: Returned, dry_run: bool) -> None:
    done = _done("returned", dry_run)
    for target, number in found.to.items():
        typer.echo(f"{plural(number, 'message')} {done} to {shown(str(target))}")
    if not found.to:
        typer.echo(f"0 messages {done}")
    for message_id, reason in found.left[:_MOST_LEFT]:
        complain(shown(f"{message_id} stays: {reason}"))
    if len(found.left) > _MOST_LEFT:
        complain(f"{plural(len(found.left) - _MOST_LEFT, 'other')} stay; --json names each")


def _table(found: Mapping[Queue, QueueStatistics]) -> Table:
    """Return the counts of queues, a column for each number that any provider told."""
    table = Table(box=None, pad_edge=False)
    table.add_column()
    columns = [name for name in _COLUMNS if any(getattr(each, name) is not None for each in found.values())]
    for name in columns:
        table.add_column(_COLUMNS[name], justify="right")
    for queue, statistics in found.items():
        numbers = (getattr(statistics, name) for name in columns)
        table.add_row(Text(shown(str(queue))), *("" if number is None else f"{number:,}" for number in numbers))
    return table


def _print_json(found: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False))
