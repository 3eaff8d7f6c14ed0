package jmslike.jakarta;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * The receives that are in progress, which it interrupts when they take long.
 *
 * <p>Before it says that there is no message, the client of Artemis waits for the provider's word, and has no bound for
 * that. A caller that comes from Python must not stay in Java meanwhile. In the same call the client may also fetch a large
 * body, which takes its time.
 */
final class Watch {
    private volatile long longest = SECONDS.toNanos(15);
    private final Map<Thread, Long> bounds = new ConcurrentHashMap<>(); // of threads in a receive that is not interrupted

    /** Interrupt a receive that takes so many milliseconds longer than it was to wait. */
    void bound(long millis) {
        longest = MILLISECONDS.toNanos(millis);
    }

    /** Return how many milliseconds longer than it was to wait a receive may take. */
    long bound() {
        return NANOSECONDS.toMillis(longest);
    }

    /** Receive; Unanswered says that the provider does not answer. */
    Message receive(MessageConsumer consumer, long millis) throws JMSException, Unanswered {
        var thread = Thread.currentThread();
        bounds.put(thread, System.nanoTime() + longest + MILLISECONDS.toNanos(Math.max(0, millis)));
        Message message;
        try {
            message = millis > 0 ? consumer.receive(millis) : consumer.receiveNoWait();
            if (message == null && millis <= 0 && Credits.areSent(consumer)) {
                message = consumer.receiveNoWait();
            }
        } catch (Throwable error) {
            if (wasInterrupted(thread)) {
                throw new Unanswered();
            }
            throw error;
        }
        if (wasInterrupted(thread) && message == null) {
            throw new Unanswered();
        }
        return message;
    }

    private boolean wasInterrupted(Thread thread) {
        if (bounds.remove(thread) != null) {
            return false;
        }
        Thread.interrupted(); // no other wait is to hear of it
        return true;
    }

    /** Interrupt what takes too long. */
    void look() {
        var now = System.nanoTime();
        for (var entry : bounds.entrySet()) {
            if (now - entry.getValue() > 0) {
                interrupt(entry.getKey());
            }
        }
    }

    /** Interrupt all: the connection is gone. */
    void end() {
        bounds.keySet().forEach(this::interrupt);
    }

    private void interrupt(Thread thread) {
        bounds.computeIfPresent(thread, (waits, bound) -> {
            waits.interrupt();
            return null;
        });
    }

    /** The provider has not said whether there is a message. */
    static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;
    }
}
