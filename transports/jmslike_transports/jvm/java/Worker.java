package jmslike.jakarta;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TransactionRolledBackException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * One session, with a thread of its own that carries out what may take long.
 *
 * <p>Who touches the session holds `turn`: that thread, or a caller that receives, which needs no other thread then.
 */
public final class Worker implements Runnable {
    private static final int PATIENCE = 1000; // milliseconds that a close waits at least for what the thread does

    final ReentrantLock turn = new ReentrantLock(true);
    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final Client client;
    final Acknowledgements acknowledgements;
    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    private final Consumers consumers = new Consumers(lock);
    private Session session;
    private Outbox outbox;
    private boolean transacted;
    final boolean individual; // each message is acknowledged by itself
    private boolean ended;

    Worker(Client client, boolean individual) {
        this.client = client;
        this.individual = individual;
        acknowledgements = new Acknowledgements(client.events);
    }

    Call open(boolean transacted, int mode) {
        this.transacted = transacted;
        var call = submit(() -> {
            try {
                session = client.connection().createSession(transacted, transacted ? Session.SESSION_TRANSACTED : mode);
                outbox = new Outbox(session, client);
                return this;
            } catch (Throwable error) {
                end();
                throw error;
            }
        });
        Call.thread("session", this).start();
        return call;
    }

    // ---- the thread ------------------------------------------------------------------------------------------------

    /** Let the thread carry it out. */
    Call submit(Callable<?> body) {
        return submit(new Call(body));
    }

    private Call submit(Call call) {
        lock.lock();
        try {
            if (ended) {
                call.refuse(new jakarta.jms.IllegalStateException("the session is closed"));
            } else {
                calls.add(call);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        return call;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Call call;
                lock.lock();
                try {
                    while ((call = calls.poll()) == null && !ended && acknowledgements.pause() > 0
                            && consumers.wanted().isEmpty()) {
                        awaitChange();
                    }
                    if (call == null && ended) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                turn.lock();
                try {
                    acknowledgements.flush();
                    if (call != null) {
                        call.run();
                    } else {
                        consumers.look();
                    }
                } finally {
                    turn.unlock();
                }
            }
        } catch (InterruptedException interrupted) {
            end();
        }
    }

    private void awaitChange() throws InterruptedException {
        var pause = Math.min(acknowledgements.pause(), consumers.pause());
        if (pause == Long.MAX_VALUE) {
            changed.await();
        } else {
            changed.awaitNanos(Math.max(pause, 1));
        }
    }

    /** Acknowledge these soon. */
    void settle(List<Message> settled) {
        if (acknowledgements.add(settled)) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Wait until the provider has what was acknowledged, where the client has a way to. */
    void awaitProvider() throws JMSException {
        acknowledgements.commit(session);
    }

    // ---- sending ---------------------------------------------------------------------------------------------------

    /** Send what the buffer holds; the result is what the provider has written into the message. */
    public Call send(ByteBuffer buffer, int length) {
        var record = copied(buffer, length);
        return submit(() -> outbox.send(record));
    }

    /** Send, and report the end as an event of that number. */
    public void send(ByteBuffer buffer, int length, long number, boolean pipelined) {
        var record = copied(buffer, length);
        submit(() -> {
            outbox.begin(record, number, pipelined);
            return null;
        });
        lock.lock();
        try {
            if (ended) {
                client.events.failed(number, new jakarta.jms.IllegalStateException("the session is closed"));
            }
        } finally {
            lock.unlock();
        }
    }

    private static ByteBuffer copied(ByteBuffer buffer, int length) {
        var copy = new byte[length];
        buffer.get(0, copy);
        return ByteBuffer.wrap(copy);
    }

    // ---- receiving -------------------------------------------------------------------------------------------------

    /**
     * Subscribe; the result is the Consumer. A subscription that is shared or durable has a name.
     *
     * <p>A consumer that follows another of its number has what that one received and no caller took.
     */
    public Call subscribe(
            int number, int kind, String name, String selector, String subscription, boolean durable, boolean shared, boolean noLocal) {
        return submit(() -> {
            var destination = client.destinations.find(session, kind, name);
            var consumer = new Consumer(this, number, consumer(kind, destination, selector, subscription, durable, shared, noLocal));
            consumers.add(consumer, number);
            return consumer;
        });
    }

    private MessageConsumer consumer(
            int kind, Destination destination, String selector, String subscription, boolean durable, boolean shared, boolean noLocal)
            throws JMSException {
        if (subscription == null) {
            return (kind & Destinations.TOPIC) == 0
                    ? session.createConsumer(destination, selector)
                    : session.createConsumer(destination, selector, noLocal);
        }
        var topic = (Topic) destination;
        if (!shared) {
            return session.createDurableSubscriber(topic, subscription, selector, noLocal);
        }
        return durable
                ? session.createSharedDurableConsumer(topic, subscription, selector)
                : session.createSharedConsumer(topic, subscription, selector);
    }

    Call close(Consumer consumer, int number, MessageConsumer inner, boolean keeps, boolean returns) {
        return submit(() -> {
            consumers.remove(consumer, number, keeps);
            inner.close();
            if (returns && consumers.haveLeft(number)) {
                rollBack();
            }
            return null;
        });
    }

    /** Close the consumer of that number, as no caller has it. */
    public Call drop(int number) {
        return submit(() -> {
            consumers.of(number).forEach(consumer -> consumer.close(true, false, 0));
            return null;
        });
    }

    /** Look at what waits in a queue; the result is the Browser. */
    public Call browse(int kind, String name, String selector) {
        return submit(() -> new Browser(this, session.createBrowser((Queue) client.destinations.find(session, kind, name), selector)));
    }

    // ---- settling --------------------------------------------------------------------------------------------------

    /**
     * Commit.
     *
     * <p>What no caller has taken yet would be acknowledged, too: then the transaction is rolled back.
     */
    public Call commit() {
        return submit(() -> {
            if (holdsUntaken()) {
                var error = new JMSException("a message has arrived that no consumer has taken yet");
                rollBackQuietly(error);
                throw new NothingSent(error);
            }
            try {
                session.commit();
                return null;
            } catch (TransactionRolledBackException undone) {
                throw undone;
            } catch (JMSException | RuntimeException unknown) {
                rollBackQuietly(unknown);
                throw unknown;
            }
        });
    }

    /** Whether it has received what no caller has taken. */
    boolean holdsUntaken() {
        return consumers.holdUntaken();
    }

    /** Give back all that was received, and drop what was sent. */
    public Call rollback() {
        return submit(() -> {
            rollBack();
            return null;
        });
    }

    private void rollBack() throws JMSException {
        consumers.forgetMessages();
        if (transacted) {
            session.rollback();
        } else {
            session.recover();
        }
    }

    private void rollBackQuietly(Throwable why) {
        try {
            rollBack();
        } catch (JMSException lost) {
            why.addSuppressed(lost); // the provider rolls back what it has of a session that is gone
        }
    }

    // ---- others ----------------------------------------------------------------------------------------------------

    /** Make a temporary queue or topic; the result is its name. */
    public Call createTemporary(boolean isQueue) {
        return submit(() -> {
            Destination made = isQueue ? session.createTemporaryQueue() : session.createTemporaryTopic();
            client.destinations.keep(made);
            return isQueue ? ((Queue) made).getQueueName() : ((Topic) made).getTopicName();
        });
    }

    /** Delete a durable subscription. */
    public Call unsubscribe(String name) {
        return submit(() -> {
            session.unsubscribe(name);
            return null;
        });
    }

    /** Close the session, which gives back what is not settled, also while its thread waits for the provider. */
    public Call close() {
        return Call.start("close", () -> {
            var isMine = turn.tryLock(patience(), MILLISECONDS);
            try {
                if (isMine) {
                    acknowledgements.flush();
                }
                if (session != null) {
                    session.close(); // JMS allows that to any thread
                }
            } finally {
                if (isMine) {
                    turn.unlock();
                }
                end();
            }
            return null;
        });
    }

    /** Return the milliseconds that a close waits for what the thread does: more where acknowledgements wait, too. */
    private long patience() {
        return acknowledgements.areWaiting() ? Math.max(PATIENCE, client.watch.bound()) : PATIENCE;
    }

    /** Let the thread end after what it does now. */
    void end() {
        client.forget(this);
        var why = new jakarta.jms.IllegalStateException("the session is closed");
        lock.lock();
        try {
            ended = true;
            consumers.end();
            calls.forEach(call -> call.refuse(why));
            calls.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A transaction that was rolled back before its commit was asked for. */
    public static final class NothingSent extends Exception {
        private static final long serialVersionUID = 1;

        NothingSent(Throwable cause) {
            super("no message of the transaction was sent", cause);
        }
    }
}
