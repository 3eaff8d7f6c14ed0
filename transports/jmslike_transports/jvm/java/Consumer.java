package jmslike.jakarta;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * One consumer.
 *
 * <p>A message leaves the client library only when a caller takes it, or when a listener that is free waits for one: what
 * a session has received is what it acknowledges.
 */
public final class Consumer {
    /** The answers of `take` besides a record: no message, too small a buffer, woken, closed, no word of the provider. */
    public static final int NOTHING = -1;
    public static final int TOO_SMALL = -2;
    public static final int WOKEN = -3;
    public static final int CLOSED = -4;
    public static final int UNANSWERED = -5;

    private static final int LONGEST_TURN = 50; // milliseconds

    private final Worker worker;
    private final int number;
    private final MessageConsumer inner;
    private final Map<Long, Message> unsettled = new ConcurrentHashMap<>(); // by their count; else the last one alone
    private long taken;
    private boolean flowing; // the last look found a message, so the next may well be in the client library
    private Message last;
    private final ArrayDeque<Message> untaken = new ArrayDeque<>(); // received in Java, and by no caller
    private List<Message> justSettled = List.of();
    private Throwable failure;
    private long notBefore = System.nanoTime();
    private boolean armed;
    private boolean busy; // a caller was called or has a message, and has not found since that there is none
    private boolean woken;
    private boolean closed;

    Consumer(Worker worker, int number, MessageConsumer inner) {
        this.worker = worker;
        this.number = number;
        this.inner = inner;
    }

    // ---- taking ----------------------------------------------------------------------------------------------------

    /**
     * Take a message within so many milliseconds, and write its record into the buffer.
     *
     * @param count how many the caller has of this consumer: a call that was interrupted may have lost its answer
     * @return the length of the record, or one of the other answers
     */
    public int take(ByteBuffer buffer, int millis, long count) throws Throwable {
        var thread = Thread.currentThread(); // of Python: there, that of RabbitMQ would not find its own classes
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(Consumer.class.getClassLoader());
        try {
            confirm(count);
            return taken(buffer, millis);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private int taken(ByteBuffer buffer, int millis) throws Throwable {
        var deadline = System.nanoTime() + MILLISECONDS.toNanos(millis);
        var message = waiting();
        if (message == null) {
            var answer = pause(millis);
            if (answer != 0) {
                return answer;
            }
            try {
                message = armed ? flowed() : received(deadline);
            } catch (Watch.Unanswered unanswered) {
                return UNANSWERED;
            }
            if (message == null && (message = waitingElseFree()) == null) {
                return nothing(deadline);
            }
        }
        return handed(message, buffer);
    }

    private Message waiting() throws Throwable {
        worker.lock.lock();
        try {
            if (failure != null) {
                var why = failure;
                failure = null;
                throw why;
            }
            var message = untaken.poll();
            busy |= message != null;
            return message;
        } finally {
            worker.lock.unlock();
        }
    }

    /** Return an answer if no message is to be asked for now, else 0. */
    private int pause(int millis) throws InterruptedException {
        worker.lock.lock();
        try {
            if (closed) {
                return CLOSED;
            }
            woken = false;
            var pause = notBefore - System.nanoTime();
            if (pause <= 0) {
                return 0;
            }
            free();
            worker.changed.awaitNanos(Math.min(pause, MILLISECONDS.toNanos(millis)));
            return NOTHING;
        } finally {
            worker.lock.unlock();
        }
    }

    private Message received(long deadline) throws Throwable {
        if (!worker.turn.tryLock(LONGEST_TURN, MILLISECONDS)) { // the worker may be about to end a call
            return null;
        }
        try {
            var message = waiting(); // a look may have found one, if it was armed meanwhile
            if (message != null) {
                return message;
            }
            var acknowledgements = worker.acknowledgements;
            if (acknowledgements.areWaiting()) {
                message = acknowledgements.areMany() ? null : receive(1); // more may follow what waits
                if (message != null) {
                    return message;
                }
                acknowledgements.flush();
            }
            return receive((deadline - System.nanoTime()) / 1_000_000);
        } finally {
            worker.turn.unlock();
        }
    }

    /** Return a message that the client library has already; it is not asked to ask the provider. */
    private Message flowed() throws Throwable {
        if (flowing && worker.turn.tryLock(LONGEST_TURN, MILLISECONDS)) { // the worker may acknowledge
            try {
                var message = waiting(); // a look may have found one meanwhile
                return message != null ? message : receive(1);
            } finally {
                worker.turn.unlock();
            }
        }
        return null;
    }

    /** Return what was found meanwhile; without that, the caller is free. */
    private Message waitingElseFree() throws Throwable {
        worker.lock.lock();
        try {
            var message = waiting();
            if (message == null) {
                flowing = false;
                free();
            }
            return message;
        } finally {
            worker.lock.unlock();
        }
    }

    private void free() {
        busy = false;
        worker.changed.signalAll();
    }

    /** Receive, within so many milliseconds; the turn is held, so no other thread looks before it finds this one busy. */
    private Message receive(long millis) throws JMSException, Watch.Unanswered {
        var message = worker.client.watch.receive(inner, millis);
        if (message != null) {
            worker.lock.lock();
            try {
                busy = true;
            } finally {
                worker.lock.unlock();
            }
        }
        return message;
    }

    /** Answer that there is no message; not before the time is up, whatever the client library does. */
    private int nothing(long deadline) throws InterruptedException {
        worker.lock.lock();
        try {
            while (!woken && !closed && untaken.isEmpty()) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    return NOTHING;
                }
                worker.changed.awaitNanos(left);
            }
            return closed ? CLOSED : woken ? WOKEN : NOTHING;
        } finally {
            worker.lock.unlock();
        }
    }

    private int handed(Message message, ByteBuffer buffer) throws JMSException {
        buffer.clear();
        var isWritten = false;
        try {
            Records.write(message, buffer, worker.client.destinations);
            isWritten = true;
        } catch (BufferOverflowException tooSmall) {
            return TOO_SMALL;
        } finally {
            worker.lock.lock();
            try {
                if (isWritten) {
                    last = message;
                    unsettled.put(++taken, message);
                } else {
                    untaken.addFirst(message);
                }
            } finally {
                worker.lock.unlock();
            }
        }
        return buffer.position();
    }

    /** Hear how many messages the caller has: the last one is to be taken again if its record was lost on the way. */
    public void confirm(long count) {
        worker.lock.lock();
        try {
            if (count < taken) {
                untaken.addFirst(unsettled.remove(taken--));
                last = unsettled.get(taken);
            } else if (!worker.individual && unsettled.size() > 1) {
                unsettled.keySet().retainAll(Set.of(taken)); // only the last one may be asked for
            }
        } finally {
            worker.lock.unlock();
        }
    }

    // ---- the worker's side; the lock is held where nothing else is said ----------------------------------------------

    boolean has(int number) {
        return this.number == number;
    }

    boolean isWanted(long now) {
        return armed && !closed && untaken.isEmpty() && failure == null && now - notBefore >= 0;
    }

    /** Whether its listener has work, during which the session receives nothing more. */
    boolean isBusy() {
        return armed && busy && !closed;
    }

    /** Return in how many nanoseconds it will be wanted. */
    long pause() {
        return armed && !closed && untaken.isEmpty() ? Math.max(0, notBefore - System.nanoTime()) : Long.MAX_VALUE;
    }

    /** Have these to be taken first. */
    void addUntaken(List<Message> messages) {
        untaken.addAll(messages);
    }

    /** Return what is there to be taken, which it has no more. */
    List<Message> removeUntaken() {
        var messages = List.copyOf(untaken);
        untaken.clear();
        return messages;
    }

    boolean holdsUntaken() {
        return !untaken.isEmpty();
    }

    /** Hold nothing: the provider gives all of it again. */
    void forgetMessages() {
        untaken.clear();
        unsettled.clear();
    }

    void end() {
        closed = true;
    }

    /** Wait for a message, for the listener; the turn is held, and not the lock. Return whether there is one. */
    boolean look(int millis) {
        Message message = null;
        Throwable error = null;
        try {
            message = receive(millis);
        } catch (Watch.Unanswered unanswered) {
            return false;
        } catch (Throwable thrown) {
            error = thrown;
        }
        if (message == null && error == null) {
            return false;
        }
        worker.lock.lock();
        try {
            if (message != null) {
                untaken.add(message);
            }
            failure = error;
            flowing = message != null;
            busy = true;
        } finally {
            worker.lock.unlock();
        }
        worker.client.events.ready(number);
        return true;
    }

    // ---- what callers say ------------------------------------------------------------------------------------------

    /** Let the worker wait for a message, or not; return whether the caller is to take: one waits, or it may have one. */
    public boolean arm(boolean arms) {
        worker.lock.lock();
        try {
            busy |= !untaken.isEmpty() || failure != null;
            armed = arms;
            worker.changed.signalAll();
            return busy;
        } finally {
            worker.lock.unlock();
        }
    }

    /** Ask for no message within so many milliseconds. */
    public void defer(long millis) {
        worker.lock.lock();
        try {
            notBefore = System.nanoTime() + MILLISECONDS.toNanos(millis);
            worker.changed.signalAll();
        } finally {
            worker.lock.unlock();
        }
    }

    /** Let the take that waits come back. */
    public void wake() {
        worker.lock.lock();
        try {
            woken = true;
            worker.changed.signalAll();
        } finally {
            worker.lock.unlock();
        }
    }

    /**
     * Acknowledge all that the session has received, unless that is more than callers have taken.
     *
     * <p>The result is whether it has: else a later call acknowledges these, too.
     */
    public Call acknowledge() {
        return worker.submit(() -> {
            if (worker.holdsUntaken()) {
                return false;
            }
            last.acknowledge();
            return true;
        });
    }

    /** Acknowledge soon, in an individual mode, the messages that were taken as these, counted from 1. */
    public void settle(long[] counts) {
        justSettled = settled(counts);
        worker.settle(justSettled);
    }

    /** Have these be taken again: the caller was interrupted in `settle`, and so the application has not got them. */
    public void takeBack(long[] counts) {
        var back = new ArrayList<>(settled(counts)); // which `settle` never saw
        back.addAll(worker.acknowledgements.withdraw(justSettled));
        worker.lock.lock();
        try {
            for (var at = back.size() - 1; at >= 0; at--) {
                untaken.addFirst(back.get(at));
            }
        } finally {
            worker.lock.unlock();
        }
    }

    /** Acknowledge, in an individual mode, the messages that were taken as these, and wait for the provider. */
    public Call acknowledge(long[] counts) {
        return worker.submit(() -> {
            worker.acknowledgements.acknowledge(settled(counts));
            worker.awaitProvider();
            return null;
        });
    }

    private List<Message> settled(long[] counts) {
        return LongStream.of(counts).mapToObj(unsettled::remove).filter(Objects::nonNull).toList();
    }

    /**
     * Close; what was taken stays with the session, and with `keeps` also what was received and not taken.
     *
     * @param returns to give that back at once, as no caller has anything of the session
     * @param count how many the caller has of this consumer
     */
    public Call close(boolean keeps, boolean returns, long count) {
        confirm(count);
        worker.lock.lock();
        try {
            closed = true;
            worker.changed.signalAll();
        } finally {
            worker.lock.unlock();
        }
        return worker.close(this, number, inner, keeps, returns);
    }
}
