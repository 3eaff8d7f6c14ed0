"""The boundary between the session core and what carries the traffic.

A transport implements Transport, SessionLink, Sender, Subscription and one of the factories, and declares its
`Capabilities`. The core does everything that is the same everywhere. The value types are never changed after they are
handed over, but for what `Sender.send` says. The clauses C1 to C16 are the whole contract; `jmslike.testing.contract`
has at least one test for each and runs them against any transport.

Threads: the methods of a Transport may be called by several threads at once, each by the thread of a session or of the
connection. A SessionLink and what is opened on it are used by one thread at a time, not always the same, except where a
method says otherwise. `close` may be called by any thread, also while another thread is inside any other method.
`ready` callbacks, completions and events may be called on any thread, also inside a call of the core; they return soon.

- C1   `subscribe` returns only when the subscription is live: what is sent afterwards is received.
- C2   One thread at a time calls `take`. `interrupt` makes a take in progress, or else the next one, return None early.
       `ready(callback)` arms a listener: a message that may be taken calls one armed or blocked subscription that may
       take it. The callback answers True (an idle thread takes it now) or False (busy: the transport offers it to
       another, and the session looks again later by itself). A subscription that was called and then leaves (disarmed,
       closed, interrupted, timed out, or because it found a message itself) passes the call on.
- C3   What was pushed and `take` has not handed out never exceeds `window` messages. A session that holds more than
       that unsettled still gets its next message.
- C4   The order of one producer's messages to one destination, with the same priority and mode and without delay, is
       kept where ORDER is declared. What was released comes before what was never handed over. What was postponed lets
       others pass until its time, and then comes again like what was released.
- C5   `send` without a completion returns only after the broker took responsibility for a persistent message. With one
       it pipelines: the completion is called exactly once, with an error or None, in the order of sending, also on loss
       and close; the core bounds how many are open. `settle` returns when the settlement is applied if the session
       `awaits_settlement`, else when it is handed to the wire; `close` flushes.
- C6   `commit`: where TRANSACTION is NATIVE, all or nothing, else TransactionRolledBackError. Where it is PARTIAL, all
       sends are confirmed before any settlement is applied; a failure before that point is TransactionRolledBackError,
       after it TransactionInDoubtError: duplicates are possible, loss never. After either the session has a new, empty
       transaction. Where the link lives on after the loss of one host, a loss during `commit` is one of these two
       errors, never ConnectionLostError: the core releases what a rolled back transaction received.
- C7   A receipt is stale once the broker may give its message to another consumer. `settle` of a stale receipt does
       nothing; in `commit` it fails the whole commit with TransactionRolledBackError before anything is sent. `holds`
       says whether a receipt is good.
- C8   A message knows its session, never its receipt.
- C9   `close` is idempotent, safe from any thread, bounded, and wakes every waiter. `Subscription.close` releases
       what `take` never handed out; receipts that it did hand out stay valid until they are settled or the session link
       closes. Closing a link releases what is unsettled, each with its attempts.
- C10  Loss is reported once through `Events.lost`; from then on every waiting or later take, send, settle and commit
       raises ConnectionLostError at once. None from `take` means: the time is up, woken, or closed; nothing else.
       A link that lives on after the loss of one host reports `interrupted` and `resumed`, and a loss only when it
       gives up; receipts of the lost host are stale (C7). It takes no host that offers less than `open` returned.
- C11  Only JMSError crosses the border, with the library's error as `__cause__`.
- C12  No lock is held while calling `ready` callbacks, events, completions or the application.
- C13  `settle` names exactly what is settled. A transport acknowledges cumulatively only up to the highest receipt
       below which nothing that was pushed on that channel, subscription or partition is unsettled.
- C14  A subscription to which a provider pushes is `Stoppable`: it starts and stops with its session, and begins as
       `SubscriptionSpec.stopped` says. Stopped, it is live (C1) and asks for no message that another consumer could
       get. `stop` gives back what was pushed and `take` never handed out, its attempts unchanged; receipts stay valid.
       What cannot be given back while they are held follows when they are settled. A `take` of a stopped subscription
       waits as if nothing came.
- C15  A subscription whose provider session settles all that `take` handed out, or nothing, is `Returning`: the core
       keeps no failure of it, so that each redelivery and its attempts are the provider's. The provider session is that
       of the subscription, in a transacted session that of the link. A settlement is applied when nothing that the
       provider session handed out is unsettled: all of it is acknowledged, or, if any was released, all of it comes
       again, also what was accepted. A receipt is stale (C7) once it was settled, or its message comes again. A commit
       that releases, or leaves out what is unsettled, is TransactionRolledBackError, and all comes again. A commit of
       dead letters is applied with the rest of the provider session, or with it undone.
- C16  An `EnlistingLink` sends at once what its transaction sends: ids and times are the provider's from then on.
       No consumer and no browser sees it before `commit`, to which the core then gives no sends, and which ends the
       transaction in the same way. Until that or `discard`, no settlement is applied, so that none ends the transaction
       by itself. The core settles what the application rolled back, and then calls `discard`. Closing the link
       discards, too.
"""

from __future__ import annotations

from jmslike.counting import Counting
from jmslike.deleting import Deleting
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Constraints, Envelope, Headers, Terms
from jmslike.flushing import Flush, Flushing
from jmslike.spi.deliveries import (
    ACCEPT,
    Completion,
    Delivery,
    Outcome,
    Receipt,
    SessionSpec,
    SubscriptionSpec,
)
from jmslike.spi.factories import MultiProviderFactory, ObjectOption, Target, TransportFactory, WrapperFactory
from jmslike.spi.links import EnlistingLink, Events, Sender, SessionLink, Settlement, StatisticsLink, Transport
from jmslike.spi.subscriptions import Postponing, Returning, Stoppable, Subscription
from jmslike.statistics import Embedding, QueueStatistics
from jmslike.values import PropertyValue

__all__ = [
    "ACCEPT",
    "NO_HEADERS",
    "NO_PROPERTIES",
    "Completion",
    "Counting",
    "Constraints",
    "Deleting",
    "Delivery",
    "Destination",
    "Embedding",
    "EnlistingLink",
    "Envelope",
    "Events",
    "Flush",
    "Flushing",
    "Headers",
    "MultiProviderFactory",
    "ObjectOption",
    "Outcome",
    "Postponing",
    "PropertyValue",
    "Queue",
    "QueueStatistics",
    "Receipt",
    "Returning",
    "Sender",
    "SessionLink",
    "SessionSpec",
    "Settlement",
    "StatisticsLink",
    "Stoppable",
    "Subscription",
    "SubscriptionSpec",
    "Target",
    "TemporaryQueue",
    "TemporaryTopic",
    "Terms",
    "Topic",
    "Transport",
    "TransportFactory",
    "WrapperFactory",
]
