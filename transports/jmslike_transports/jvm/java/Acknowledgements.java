package jmslike.jakarta;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
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

    private List<Message> waiting = new ArrayList<>();
    private long due;
    private Exception failure;
    private boolean isArtemis = true; // until a message says otherwise
    private Method coreMessage;
    private Method acknowledge;
    private boolean isOpenMq = true; // until a message says otherwise
    private Method acknowledgeThis;

    /** Add these; return whether they are the first that wait. */
    synchronized boolean add(List<Message> settled) {
        var isFirst = waiting.isEmpty();
        if (isFirst) {
            due = System.nanoTime() + MOMENT;
        }
        waiting.addAll(settled);
        return isFirst;
    }

    /** Throw why earlier ones were not acknowledged, once. */
    synchronized void check() throws Exception {
        var why = failure;
        failure = null;
        if (why != null) {
            throw why;
        }
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

    /** Acknowledge all that wait; the turn is held. */
    void flush() {
        try {
            acknowledge(taken());
        } catch (JMSException | RuntimeException error) { // of what no caller waits for: the next one hears of it
            synchronized (this) {
                failure = error;
            }
        }
    }

    /** Acknowledge these; the turn is held. The client of Artemis commits with each, which only the last one needs. */
    void acknowledge(List<Message> messages) throws JMSException {
        var last = messages.size() - 1;
        for (var at = 0; at <= last; at++) {
            var message = messages.get(at);
            if (at == last || !wasNoted(message)) {
                acknowledge(message);
            }
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

    private static Object call(Method method, Object object) throws JMSException {
        try {
            return method.invoke(object);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof JMSException why) {
                throw why;
            }
            throw (JMSException) new JMSException("acknowledge").initCause(failed.getCause());
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
