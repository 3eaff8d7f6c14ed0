package jmslike.jakarta;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Enumeration;
import java.util.List;

/** Received messages as records, whose layout is described in records.py; `Outgoing` reads those of messages to send. */
public final class Records {
    static final int MESSAGE = 0, TEXT = 1, BYTES = 2, MAP = 3, STREAM = 4, OBJECT = 5;
    static final int CORRELATION_IS_BYTES = 2;
    private static final int REDELIVERED = 1, MARKED = 4, LOST = 8, ENCODED = 16;
    private static final int NULL = Values.NULL;

    /** Where the numbers of the head are. */
    static final int
            FLAGS = 1, MODE = 2, PRIORITY = 3, KIND = 4, REPLY_KIND = 5,
            TIMESTAMP = 8, EXPIRATION = 16, DUE = 24, DELIVERIES = 32,
            ID = 36, NAME = 40, CORRELATION = 44, REPLY = 48, TYPE = 52, PROPERTIES = 56, BODY = 60, HEAD = 64;

    private static final String COUNT = "JMSXDeliveryCount";
    static final String OF_STOMP = "jmslike_", OF_THIS = "JMS_jmslike_";
    private static final String STOMP_ID = OF_STOMP + "id", ARTEMIS_ID = "NATIVE_MESSAGE_ID";
    private static final String AMQP_ID = "__HDR_MESSAGE_ID"; // all that Qpid's client sees of Artemis' ids
    private static final List<String> HIDDEN = List.of(
            "JMSTimestamp", "JMSjmslike_due", "JMSjmslike_origin", "JMSjmslike_correlation", "JMSjmslike_group_seq");
    private static final List<String> OF_ARTEMIS = List.of( // its client lists them: the delivery time, and a size
            "_AMQ_SCHED_DELIVERY", "_AMQ_LARGE_SIZE");
    private static final String BINARY = "ID:AMQP_BINARY:"; // how Qpid spells bytes

    private static volatile boolean hasDeliveryTime = true;

    private Records() {}

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

    static int codeOf(Message message) {
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
    static byte[] correlationBytes(Message message) throws JMSException {
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
}
