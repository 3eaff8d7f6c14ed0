package peer;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Describes all that Java sees of a message, with the exceptions of its getters. */
final class Description {
    private interface Getter {
        Object get() throws JMSException;
    }

    private final Destinations destinations;

    Description(Destinations destinations) {
        this.destinations = destinations;
    }

    /** Describe the message, with the results of the typed property getters (pairs of type and name) asked for. */
    Map<String, Object> describe(Message message, JsonNode getters) throws JMSException {
        var description = new LinkedHashMap<String, Object>();
        description.put("kind", kind(message));
        description.put("body", attempt(() -> body(message)));
        description.put("headers", headers(message));
        description.put("properties", properties(message));
        var got = new ArrayList<Object>();
        for (var getter : getters) {
            got.add(attempt(() -> Value.encode(property(message, getter.get(0).asText(), getter.get(1).asText()))));
        }
        description.put("got", got);
        return description;
    }

    private static String kind(Message message) {
        if (message instanceof TextMessage) {
            return "text";
        }
        if (message instanceof BytesMessage) {
            return "bytes";
        }
        if (message instanceof MapMessage) {
            return "map";
        }
        if (message instanceof StreamMessage) {
            return "stream";
        }
        return message instanceof ObjectMessage ? "object" : "message";
    }

    private static Object body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return Value.encode(text.getText());
        }
        if (message instanceof ObjectMessage object) {
            return Value.encode(object.getObject());
        }
        if (message instanceof BytesMessage bytes) {
            var content = new byte[(int) bytes.getBodyLength()];
            bytes.readBytes(content);
            return Value.encode(content);
        }
        if (message instanceof MapMessage map) {
            var items = new LinkedHashMap<String, Object>();
            for (var name : Collections.list(map.getMapNames())) {
                items.put((String) name, Value.encode(map.getObject((String) name)));
            }
            return items;
        }
        return message instanceof StreamMessage stream ? fields(stream) : null;
    }

    private static List<Object> fields(StreamMessage stream) throws JMSException {
        var fields = new ArrayList<Object>();
        while (true) {
            try {
                fields.add(Value.encode(stream.readObject()));
            } catch (MessageEOFException end) {
                return fields;
            }
        }
    }

    Map<String, Object> headers(Message message) throws JMSException {
        var headers = new LinkedHashMap<String, Object>();
        headers.put("message_id", attempt(message::getJMSMessageID));
        headers.put("destination", attempt(() -> destinations.describe(message.getJMSDestination())));
        headers.put("correlation_id", attempt(message::getJMSCorrelationID));
        headers.put("reply_to", attempt(() -> destinations.describe(message.getJMSReplyTo())));
        headers.put("type", attempt(message::getJMSType));
        headers.put("delivery_mode", attempt(message::getJMSDeliveryMode));
        headers.put("priority", attempt(message::getJMSPriority));
        headers.put("timestamp", attempt(message::getJMSTimestamp));
        headers.put("expiration", attempt(message::getJMSExpiration));
        headers.put("delivery_time", attempt(message::getJMSDeliveryTime));
        headers.put("redelivered", attempt(message::getJMSRedelivered));
        return headers;
    }

    private static Map<String, Object> properties(Message message) throws JMSException {
        var properties = new LinkedHashMap<String, Object>();
        for (var name : Collections.list(message.getPropertyNames())) {
            properties.put((String) name, attempt(() -> Value.encode(message.getObjectProperty((String) name))));
        }
        return properties;
    }

    private static Object property(Message message, String type, String name) throws JMSException {
        return switch (type) {
            case "boolean" -> message.getBooleanProperty(name);
            case "byte" -> message.getByteProperty(name);
            case "short" -> message.getShortProperty(name);
            case "int" -> message.getIntProperty(name);
            case "long" -> message.getLongProperty(name);
            case "float" -> message.getFloatProperty(name);
            case "double" -> message.getDoubleProperty(name);
            case "string" -> message.getStringProperty(name);
            default -> message.getObjectProperty(name);
        };
    }

    private static Object attempt(Getter getter) {
        try {
            return getter.get();
        } catch (Exception error) {
            return Map.of("raised", error.getClass().getName());
        }
    }
}
