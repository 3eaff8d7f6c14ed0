package jmslike.jakarta;

import static jmslike.jakarta.Records.*;
import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** A message to send, and how: for how many milliseconds it lives, and in how many it is due; 0 is forever, and at once. */
public record Outgoing(Message message, Destination destination, int mode, int priority, long lifetime, long delay) {
    private static final String MARK_OF_KIND = OF_STOMP + "kind";
    private static final String OLD_ID = OF_THIS + "id", OLD_TIMESTAMP = OF_THIS + "timestamp";
    private static final String OLD_EXPIRATION = OF_THIS + "expiration";
    private static final String OLD_CORRELATION = OF_THIS + "correlation";

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
