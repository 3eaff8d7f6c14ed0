package jmslike.jakarta;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The destinations of one connection, by kind and name, for any thread.
 *
 * Some providers ask the broker to make one, and a temporary destination can often be reached only by its own object.
 */
public final class Destinations {
    static final int QUEUE = 0;
    static final int TOPIC = 1;
    static final int TEMPORARY = 2; // added to one of the others

    /** How many are remembered; what has not been used for the longest time is dropped. */
    private static final int MOST = 1024;

    private record Key(int kind, String name) {}

    /** The temporary destinations of all connections: their names tell them apart. */
    private static final Map<Key, Destination> TEMPORARIES = new ConcurrentHashMap<>();

    private final Set<Key> own = ConcurrentHashMap.newKeySet();
    private final Map<Key, Destination> seen = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Destination> eldest) {
            return size() > MOST;
        }
    };

    /** Return the destination, which is made if it is not remembered; of a temporary one, one of the same name. */
    public Destination find(Session session, int kind, String name) throws JMSException {
        Key key = new Key(kind, name);
        Destination known = TEMPORARIES.get(key);
        if (known == null) {
            synchronized (this) {
                known = seen.get(key);
            }
        }
        if (known != null) {
            return known;
        }
        boolean isQueue = (kind & TOPIC) == 0;
        Destination made = isQueue ? session.createQueue(name) : session.createTopic(name);
        put(seen, key, made);
        return made;
    }

    /** Remember a destination of a message, so that a reply goes to the very object. */
    public void remember(Destination destination) throws JMSException {
        String name = nameOf(destination);
        if (name != null) {
            put(seen, new Key(kindOf(destination), name), destination);
        }
    }

    /** Remember a temporary destination that this connection made, for all connections, until it is forgotten. */
    public void keep(Destination destination) throws JMSException {
        Key key = new Key(kindOf(destination), nameOf(destination));
        own.add(key);
        TEMPORARIES.put(key, destination);
    }

    public void forget(int kind, String name) {
        forget(new Key(kind, name));
    }

    /** Forget what this connection made, because it ends. */
    void end() {
        own.forEach(this::forget);
    }

    private synchronized void forget(Key key) {
        own.remove(key);
        TEMPORARIES.remove(key);
        seen.remove(key);
    }

    private synchronized void put(Map<Key, Destination> map, Key key, Destination destination) {
        map.put(key, destination);
    }

    static String nameOf(Destination destination) throws JMSException {
        return kindOf(destination) % TEMPORARY == QUEUE
                ? ((Queue) destination).getQueueName()
                : ((Topic) destination).getTopicName();
    }

    static int kindOf(Destination destination) {
        if (destination instanceof Queue && destination instanceof Topic) { // one class for all kinds
            int kind = says(destination, "isQueue") ? QUEUE : TOPIC;
            return says(destination, "isTemporary") ? kind + TEMPORARY : kind;
        }
        if (destination instanceof Queue) {
            return destination instanceof TemporaryQueue ? QUEUE + TEMPORARY : QUEUE;
        }
        return destination instanceof TemporaryTopic ? TOPIC + TEMPORARY : TOPIC;
    }

    private static boolean says(Object object, String question) {
        try {
            Method method = object.getClass().getMethod(question);
            return Boolean.TRUE.equals(method.invoke(object));
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return false;
        }
    }
}
