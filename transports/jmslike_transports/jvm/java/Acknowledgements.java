package jmslike.jakarta;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * What callers have settled in a session of an individual mode, and has not been acknowledged yet.
 *
 * <p>A broker has less work with several at a time. So each waits for a moment, in which others may follow.
 */
final class Acknowledgements {
    private static final long MOMENT = 1_000_000; // nanoseconds
    private static final int MANY = 100;

    private final Events events;
    private List<Message> waiting = new ArrayList<>();
    private long due;
    private boolean isArtemis = true; // until a message says otherwise
    private Method coreMessage;
    private Method acknowledge;
    private boolean isOpenMq = true; // until a message says otherwise
    private Method acknowledgeThis;

    Acknowledgements(Events events) {
        this.events = events;
    }

    /** Add these; return whether they are the first that wait. */
    synchronized boolean add(List<Message> settled) {
        var isFirst = waiting.isEmpty();
        if (isFirst) {
            due = System.nanoTime() + MOMENT;
        }
        waiting.addAll(settled);
        return isFirst;
    }

    /** Take these out, as far as they still wait, and return them. */
    synchronized List<Message> withdraw(List<Message> settled) {
        var withdrawn = settled.stream().filter(waiting::contains).toList();
        waiting.removeAll(withdrawn);
        return withdrawn;
    }

    synchronized boolean areWaiting() {
        return !waiting.isEmpty();
    }

    synchronized boolean areMany() {
        return waiting.size() >= MANY;
    }

    /** Return in how many nanoseconds it is time to acknowledge. */
    synchronized long pause() {
        return waiting.isEmpty() ? Long.MAX_VALUE : Math.max(0, due - System.nanoTime());
    }

    private synchronized List<Message> taken() {
        var taken = waiting;
        if (!taken.isEmpty()) {
            waiting = new ArrayList<>();
        }
        return taken;
    }

    /** Acknowledge all that wait; the turn is held. What fails comes again, and is reported: no caller waits for it. */
    void flush() {
        var messages = taken();
        try {
            acknowledge(messages);
        } catch (Throwable error) {
            events.problem(error);
        }
    }

    /**
     * Acknowledge these; the turn is held. The client of Artemis commits with each, which only the last one needs.
     *
     * <p>Throws the first error, after all were tried.
     */
    void acknowledge(List<Message> messages) throws JMSException {
        JMSException first = null;
        var last = messages.size() - 1;
        for (var at = 0; at <= last; at++) {
            var message = messages.get(at);
            try {
                if (at == last || !wasNoted(message)) {
                    acknowledge(message);
                }
            } catch (JMSException error) {
                first = first == null ? error : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Tell the client of Artemis without a commit; return whether it is that client. */
    private boolean wasNoted(Message message) throws JMSException {
        if (!isArtemis) {
            return false;
        }
        try {
            if (coreMessage == null) {
                coreMessage = message.getClass().getMethod("getCoreMessage");
                acknowledge = coreMessage.getReturnType().getMethod("individualAcknowledge");
            }
        } catch (NoSuchMethodException other) {
            isArtemis = false;
            return false;
        }
        call(acknowledge, call(coreMessage, message));
        return true;
    }

    /** Acknowledge one. That of OpenMQ can do so in Java's own mode, by another method. */
    private void acknowledge(Message message) throws JMSException {
        if (isOpenMq && acknowledgeThis == null) {
            try {
                acknowledgeThis = message.getClass().getMethod("acknowledgeThisMessage");
            } catch (NoSuchMethodException other) {
                isOpenMq = false;
            }
        }
        if (isOpenMq) {
            call(acknowledgeThis, message);
        } else {
            message.acknowledge();
        }
    }

    /** Let the client of Artemis commit, and wait for the broker; no other client waits for that. */
    void commit(Session session) throws JMSException {
        if (!isArtemis) {
            return;
        }
        try {
            var core = session.getClass().getMethod("getCoreSession");
            call(core.getReturnType().getMethod("commit"), call(core, session));
        } catch (NoSuchMethodException other) {
            isArtemis = false; // what was acknowledged is on its way
        }
    }

    private static Object call(Method method, Object object) throws JMSException {
        try {
            return method.invoke(object);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof JMSException why) {
                throw why;
            }
            throw (JMSException) new JMSException("a message was not acknowledged").initCause(failed.getCause());
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
