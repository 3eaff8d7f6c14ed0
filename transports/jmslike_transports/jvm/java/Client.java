package jmslike.jakarta;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One connection to a provider, as a Java program has it.
 *
 * <p>A connection may be given a client id only before anything else. So the one that `open` tries, which says what the
 * provider is, is replaced by another when there is a client id.
 */
public final class Client implements ExceptionListener {
    final Watch watch = new Watch();
    public final Events events = new Events(watch);
    final Destinations destinations = new Destinations();
    private final ConnectionFactory factory;
    private final String user;
    private final String password;
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private volatile Connection connection;
    private volatile boolean closed;

    public Client(ConnectionFactory factory, String user, String password) {
        this.factory = factory;
        this.user = user;
        this.password = password;
    }

    /** Interrupt a receive that takes so many milliseconds longer than it was to wait. */
    public void bound(long millis) {
        watch.bound(millis);
    }

    /** Connect; the result is the provider's name, its version, and the major and minor version of JMS. */
    public Call open() {
        return Call.start("open", () -> {
            Connection opened;
            try {
                opened = connect(null);
            } catch (JMSException | RuntimeException error) {
                release();
                throw error;
            }
            var about = opened.getMetaData();
            keep(opened);
            return new Object[] {
                about.getJMSProviderName(), about.getProviderVersion(), about.getJMSMajorVersion(), about.getJMSMinorVersion()
            };
        });
    }

    /** Connect again with the client id, and close the first connection. */
    public Call identify(String clientId) {
        return Call.start("identify", () -> {
            var first = connection;
            var second = connect(clientId); // if that fails, the first one stays
            try {
                keep(second);
            } finally {
                first.setExceptionListener(null);
                first.close();
            }
            return null;
        });
    }

    private void keep(Connection opened) throws JMSException {
        connection = opened;
        if (closed) { // its caller no longer waits
            opened.close();
            throw new jakarta.jms.IllegalStateException("the connection is closed");
        }
    }

    private Connection connect(String clientId) throws JMSException {
        var made = user == null ? factory.createConnection() : factory.createConnection(user, password);
        try {
            if (clientId != null) {
                made.setClientID(clientId);
            }
            made.setExceptionListener(this);
            made.start(); // some clients connect no earlier
            return made;
        } catch (JMSException | RuntimeException error) {
            made.close();
            throw error;
        }
    }

    @Override
    public void onException(JMSException error) {
        events.lost(error);
    }

    /** The client's own connection. */
    public Connection connection() {
        return connection;
    }

    /**
     * Open a session with a thread of its own; the call's result is the Worker.
     *
     * @param individual whether each message is to be acknowledged by itself
     */
    public Call session(boolean transacted, int mode, boolean individual) {
        var worker = new Worker(this, individual);
        workers.add(worker);
        var call = worker.open(transacted, mode);
        if (closed) {
            worker.end();
        }
        return call;
    }

    /** Close the session that the call of `session` opens, as no caller has it. */
    public void drop(Call opening) {
        Call.start("drop", () -> opening.awaited() instanceof Worker worker ? worker.close() : null);
    }

    void forget(Worker worker) {
        workers.remove(worker);
    }

    /** Delete a temporary destination that was made here. */
    public Call deleteTemporary(int kind, String name) {
        return Call.start("delete", () -> {
            var found = destinations.find(null, kind, name);
            if ((kind & Destinations.TOPIC) == 0) {
                ((TemporaryQueue) found).delete();
            } else {
                ((TemporaryTopic) found).delete();
            }
            destinations.forget(kind, name);
            return null;
        });
    }

    /** Close the connection, and with it all that is open; the sessions' threads end, whether the provider answers or not. */
    public Call close() {
        closed = true;
        workers.forEach(Worker::end);
        watch.end();
        destinations.end();
        return Call.start("close", () -> {
            var last = connection;
            try {
                if (last != null) {
                    last.close();
                }
            } finally {
                release();
            }
            return null;
        });
    }

    /** That of Artemis keeps the socket of a connection whose user was refused. */
    private void release() {
        if (factory instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception error) { // it has told its failure before
            }
        }
    }
}
