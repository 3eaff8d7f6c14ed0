package jmslike.jakarta;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;

/** Messages as records, whose layout is described in records.py. */
public final class Records {
    private static final int MESSAGE = 0, TEXT = 1, BYTES = 2, MAP = 3, STREAM = 4, OBJECT = 5;
    private static final int REDELIVERED = 1, CORRELATION_IS_BYTES = 2, MARKED = 4, LOST = 8, ENCODED = 16;
    private static final int NULL = Values.NULL;

    /** Where the numbers of the head are. */
    private static final int
            FLAGS = 1, MODE = 2, PRIORITY = 3, KIND = 4, REPLY_KIND = 5,
            TIMESTAMP = 8, EXPIRATION = 16, DUE = 24, DELIVERIES = 32,
            ID = 36, NAME = 40, CORRELATION = 44, REPLY = 48, TYPE = 52, PROPERTIES = 56, BODY = 60, HEAD = 64;

    private static final String COUNT = "JMSXDeliveryCount";
    private static final String OF_STOMP = "jmslike_", OF_THIS = "JMS_jmslike_";
    private static final String STOMP_ID = OF_STOMP + "id", ARTEMIS_ID = "NATIVE_MESSAGE_ID";
    private static final String AMQP_ID = "__HDR_MESSAGE_ID"; // all that Qpid's client sees of Artemis' ids
    private static final String MARK_OF_KIND = OF_STOMP + "kind";
    private static final List<String> HIDDEN = List.of(
            "JMSTimestamp", "JMSjmslike_due", "JMSjmslike_origin", "JMSjmslike_correlation", "JMSjmslike_group_seq");
    private static final List<String> OF_ARTEMIS = List.of( // its client lists them: the delivery time, and a size
            "_AMQ_SCHED_DELIVERY", "_AMQ_LARGE_SIZE");
    private static final String OLD_ID = OF_THIS + "id", OLD_TIMESTAMP = OF_THIS + "timestamp";
    private static final String OLD_EXPIRATION = OF_THIS + "expiration";
    private static final String OLD_CORRELATION = OF_THIS + "correlation";
    private static final String BINARY = "ID:AMQP_BINARY:"; // how Qpid spells bytes

    private static volatile boolean hasDeliveryTime = true;

    /** A message to send, and how: for how many milliseconds it lives, and in how many it is due; 0 for ever, and at once. */
    public record Outgoing(
            Message message, Destination destination, int mode, int priority, long lifetime, long delay) {}

    private Records() {}

    // ---- to Python ------------------------------------------------------------------------------------------------

    public static void write(Message message, ByteBuffer into) throws JMSException {
        write(message, into, null);
    }

    /**
     * Write the record of a received message, and remember where its replies go.
     *
     * BufferOverflowException is raised where there is not enough room; the message can then be written again.
     */
    public static void write(Message message, ByteBuffer into, Destinations destinations) throws JMSException {
        int start = into.position();
        into.position(Values.after(into, HEAD));
        int flags = message.getJMSRedelivered() ? REDELIVERED : 0;
        into.put(start + MODE, (byte) message.getJMSDeliveryMode());
        into.put(start + PRIORITY, (byte) message.getJMSPriority());
        into.putLong(start + TIMESTAMP, message.getJMSTimestamp());
        into.putLong(start + EXPIRATION, message.getJMSExpiration());
        into.putLong(start + DUE, deliveryTime(message));
        into.putInt(start + ID, Values.put(into, message.getJMSMessageID()));
        Destination destination = message.getJMSDestination();
        into.put(start + KIND, kindOf(destination));
        into.putInt(start + NAME, Values.put(into, nameOf(destination)));
        byte[] octets = correlationBytes(message);
        if (octets != null) {
            flags |= CORRELATION_IS_BYTES;
            into.put(octets);
        }
        into.putInt(start + CORRELATION, octets != null ? octets.length : Values.put(into, message.getJMSCorrelationID()));
        Destination reply = message.getJMSReplyTo();
        into.put(start + REPLY_KIND, kindOf(reply));
        into.putInt(start + REPLY, Values.put(into, nameOf(reply)));
        if (reply != null && destinations != null) {
            destinations.remember(reply);
        }
        into.putInt(start + TYPE, Values.put(into, message.getJMSType()));
        into.putInt(start + PROPERTIES, 0);
        into.putInt(start + DELIVERIES, 0);
        if (putProperties(message, into, start)) {
            flags |= MARKED;
        }
        int code = codeOf(message);
        int body = into.position();
        try {
            flags |= putBody(message, code, into, start);
        } catch (BufferOverflowException tooSmall) {
            throw tooSmall;
        } catch (MessageFormatException | RuntimeException unreadable) {
            if (unreadable instanceof RuntimeException && unreadable.getCause() != null) {
                throw unreadable; // such as a time-out while a large body is fetched: it may be read later
            }
            into.position(body);
            into.putInt(start + BODY, code == MAP || code == STREAM ? 0 : NULL);
            flags |= LOST;
        }
        into.put(start, (byte) code);
        into.put(start + FLAGS, (byte) flags);
    }

    private static int codeOf(Message message) {
        return message instanceof TextMessage ? TEXT
                : message instanceof BytesMessage ? BYTES
                : message instanceof MapMessage ? MAP
                : message instanceof StreamMessage ? STREAM
                : message instanceof ObjectMessage ? OBJECT
                : MESSAGE;
    }

    private static byte kindOf(Destination destination) {
        return destination == null ? 0 : (byte) Destinations.kindOf(destination);
    }

    private static String nameOf(Destination destination) throws JMSException {
        String name = destination == null ? null : Destinations.nameOf(destination);
        return name == null || name.isEmpty() ? null : name;
    }

    /** JMS 1.1 has no delivery time, and some providers of JMS 2.0 none either. */
    private static long deliveryTime(Message message) throws JMSException {
        if (hasDeliveryTime) {
            try {
                return message.getJMSDeliveryTime();
            } catch (LinkageError | UnsupportedOperationException older) {
                hasDeliveryTime = false;
            }
        }
        return 0;
    }

    /** Return the correlation id if it is bytes and no text. Only some providers make a difference. */
    private static byte[] correlationBytes(Message message) throws JMSException {
        String text = null;
        try {
            text = message.getJMSCorrelationID();
            if (text != null && !text.startsWith(BINARY)) {
                return null;
            }
        } catch (JMSException noText) {
            // asked for as bytes below
        }
        try {
            return message.getJMSCorrelationIDAsBytes();
        } catch (JMSException | RuntimeException noBytes) {
            return null;
        }
    }

    /** Write the properties with their number, and return whether another jmslike has set some. */
    private static boolean putProperties(Message message, ByteBuffer into, int start) throws JMSException {
        Enumeration<?> names = message.getPropertyNames();
        boolean isMarked = false, isOfStomp = false;
        int count = 0;
        while (names.hasMoreElements()) {
            String name = (String) names.nextElement();
            if (name.equals(COUNT) || OF_ARTEMIS.contains(name)) {
                continue;
            }
            boolean isId = name.equals(STOMP_ID) || name.equals(ARTEMIS_ID) || name.equals(AMQP_ID);
            isMarked |= isId || name.startsWith(OF_STOMP) || name.startsWith(OF_THIS);
            isOfStomp |= isId;
            count += putProperty(message, name, into);
        }
        if (isOfStomp) {
            for (String name : HIDDEN) {
                if (message.propertyExists(name)) {
                    count += putProperty(message, name, into);
                }
            }
        }
        into.putInt(start + PROPERTIES, count);
        into.putInt(start + DELIVERIES, deliveries(message));
        return isMarked;
    }

    private static int putProperty(Message message, String name, ByteBuffer into) throws JMSException {
        Object value = message.getObjectProperty(name);
        if (value instanceof byte[]) {
            return 0; // of the provider, as no property of JMS is one
        }
        Values.putEntry(into, name, value);
        return 1;
    }

    private static int deliveries(Message message) {
        try {
            return message.getIntProperty(COUNT);
        } catch (JMSException | NumberFormatException notCounted) {
            return 0;
        }
    }

    /** Write the body with its size, and return flags. */
    private static int putBody(Message message, int code, ByteBuffer into, int start) throws JMSException {
        int size = 0, flags = 0;
        if (code == TEXT) {
            size = Values.put(into, ((TextMessage) message).getText());
        } else if (code == BYTES) {
            size = putBytes(into, (BytesMessage) message);
        } else if (code == MAP) {
            MapMessage map = (MapMessage) message;
            Enumeration<?> names = map.getMapNames();
            for (; names.hasMoreElements(); size++) {
                String name = (String) names.nextElement();
                Values.putEntry(into, name, map.getObject(name));
            }
        } else if (code == STREAM) {
            size = putItems(into, (StreamMessage) message);
        } else if (code == OBJECT) {
            SerializedObject object = SerializedObject.of(message);
            size = NULL;
            if (object == null) {
                flags = LOST;
            } else if (object.octets() != null) {
                into.put(object.octets());
                size = object.octets().length;
                flags = object.isEncoded() ? ENCODED : 0;
            }
        }
        into.putInt(start + BODY, size);
        return flags;
    }

    private static int putBytes(ByteBuffer into, BytesMessage message) throws JMSException {
        message.reset();
        int size = Math.toIntExact(message.getBodyLength());
        Values.after(into, size);
        byte[] octets = new byte[size];
        for (int at = 0; at < size; ) {
            byte[] rest = at == 0 ? octets : new byte[size - at];
            int read = message.readBytes(rest);
            if (read <= 0) {
                throw new MessageFormatException("the body ends before its length");
            }
            if (at > 0) {
                System.arraycopy(rest, 0, octets, at, read);
            }
            at += read;
        }
        into.put(octets);
        return size;
    }

    private static int putItems(ByteBuffer into, StreamMessage message) throws JMSException {
        message.reset();
        for (int count = 0; ; count++) {
            Object value;
            try {
                value = message.readObject();
            } catch (MessageEOFException end) {
                return count;
            } catch (JMSException error) {
                if (count == 0 && error.getLinkedException() instanceof NullPointerException) {
                    return 0; // OpenMQ's way to say that there is nothing
                }
                throw error;
            }
            Values.putEntry(into, "", value);
        }
    }

    // ---- from Python ----------------------------------------------------------------------------------------------

    /**
     * Read the record of a message to send.
     *
     * MessageFormatException is raised for a property, name or value that the provider does not take.
     */
    public static Outgoing read(ByteBuffer from, Session session, Destinations destinations) throws JMSException {
        int start = from.position();
        int code = from.get(start), flags = from.get(start + FLAGS);
        from.position(start + HEAD);
        String id = Values.text(from, from.getInt(start + ID));
        String name = Values.text(from, from.getInt(start + NAME));
        int correlationSize = from.getInt(start + CORRELATION);
        boolean isBytes = (flags & CORRELATION_IS_BYTES) != 0;
        byte[] correlationBytes = isBytes ? Values.octets(from, correlationSize) : null;
        String correlation = isBytes ? null : Values.text(from, correlationSize);
        String reply = Values.text(from, from.getInt(start + REPLY));
        String type = Values.text(from, from.getInt(start + TYPE));
        Message message = empty(session, code);
        for (int count = from.getInt(start + PROPERTIES); count > 0; count--) {
            Values.Entry entry = Values.entry(from);
            try {
                set(message, entry.name(), entry.value());
            } catch (MessageFormatException refused) {
                if (id == null) {
                    throw refused;
                } // else it came with a message of another protocol that is sent on without it
            }
        }
        if (id != null) {
            set(message, OLD_ID, id);
            set(message, OLD_TIMESTAMP, from.getLong(start + TIMESTAMP));
            if (from.getLong(start + EXPIRATION) != 0) { // the provider's own differs by some milliseconds
                set(message, OLD_EXPIRATION, from.getLong(start + EXPIRATION));
            }
        }
        if (code == MESSAGE && codeOf(message) != MESSAGE) { // RabbitMQ's client has no other than texts
            set(message, MARK_OF_KIND, "message");
        }
        if (correlationBytes != null) {
            setCorrelation(message, correlationBytes);
        } else if (correlation != null) {
            message.setJMSCorrelationID(correlation);
        }
        if (reply != null) {
            message.setJMSReplyTo(destinations.find(session, from.get(start + REPLY_KIND), reply));
        }
        if (type != null) {
            message.setJMSType(type);
        }
        readBody(from, message, code, from.getInt(start + BODY));
        return new Outgoing(
                message,
                destinations.find(session, from.get(start + KIND), name),
                from.get(start + MODE),
                from.get(start + PRIORITY),
                duration(from.getLong(start + EXPIRATION), id != null),
                duration(from.getLong(start + DUE), id != null));
    }

    /** Return the milliseconds from now on of a time; one of a new message is given so already, and 0 is none. */
    private static long duration(long time, boolean isKept) {
        return time == 0 || !isKept ? time : Math.max(1, time - System.currentTimeMillis());
    }

    private static Message empty(Session session, int code) throws JMSException {
        return switch (code) {
            case TEXT -> session.createTextMessage();
            case BYTES -> session.createBytesMessage();
            case MAP -> session.createMapMessage();
            case STREAM -> session.createStreamMessage();
            default -> session.createMessage();
        };
    }

    private static void set(Message message, String name, Object value) throws JMSException {
        try {
            message.setObjectProperty(name, value);
        } catch (JMSException | RuntimeException refused) {
            if (value == null) {
                return; // a property that is not there is null, too
            }
            throw refusal("the property '" + name + "' cannot be sent", refused);
        }
    }

    private static MessageFormatException refusal(String what, Exception cause) {
        MessageFormatException error = new MessageFormatException(what + ": " + cause.getMessage());
        error.initCause(cause);
        return error;
    }

    /** Set a correlation id that is bytes, also in a property where the provider makes a text of it. */
    private static void setCorrelation(Message message, byte[] octets) throws JMSException {
        try {
            message.setJMSCorrelationIDAsBytes(octets);
            if (Arrays.equals(correlationBytes(message), octets)) {
                return;
            }
        } catch (JMSException | UnsupportedOperationException noBytes) {
            // only the property has them
        }
        String text = new String(octets, US_ASCII); // OpenMQ's broker fails on others
        message.setJMSCorrelationID(text.chars().allMatch(each -> each >= ' ' && each <= '~') ? text : null);
        set(message, OLD_CORRELATION, HexFormat.of().formatHex(octets));
    }

    private static void readBody(ByteBuffer from, Message message, int code, int size) throws JMSException {
        if (code == TEXT) {
            String text = Values.text(from, size);
            if (text != null) {
                ((TextMessage) message).setText(text);
            }
        } else if (code == BYTES) {
            ((BytesMessage) message).writeBytes(Values.octets(from, size));
        } else if (code == MAP || code == STREAM) {
            for (; size > 0; size--) {
                Values.Entry item = Values.entry(from);
                try {
                    if (code == MAP && item.value() == null) {
                        ((MapMessage) message).setString(item.name(), null); // OpenMQ takes no object that is null
                    } else if (code == MAP) {
                        ((MapMessage) message).setObject(item.name(), item.value());
                    } else {
                        ((StreamMessage) message).writeObject(item.value());
                    }
                } catch (JMSException | RuntimeException refused) {
                    throw refusal("the item '" + item.name() + "' of the body cannot be sent", refused);
                }
            }
        }
    }
}
