package peer;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.Serializable;

/** Makes the JMS message that a command describes. */
final class Composer {
    private final Destinations destinations;

    Composer(Destinations destinations) {
        this.destinations = destinations;
    }

    Message compose(Session session, JsonNode description) throws JMSException {
        var message = withBody(session, description.get("kind").asText(), description.get("body"));
        if (description.hasNonNull("correlation_id")) {
            message.setJMSCorrelationID(description.get("correlation_id").asText());
        }
        if (description.hasNonNull("type")) {
            message.setJMSType(description.get("type").asText());
        }
        if (description.hasNonNull("reply_to")) {
            message.setJMSReplyTo(destinations.find(session, description.get("reply_to")));
        }
        for (var property : description.get("properties").properties()) {
            message.setObjectProperty(property.getKey(), Value.decode(property.getValue()));
        }
        return message;
    }

    private static Message withBody(Session session, String kind, JsonNode body) throws JMSException {
        return switch (kind) {
            case "message" -> session.createMessage();
            case "text" -> session.createTextMessage((String) Value.decode(body));
            case "object" -> session.createObjectMessage((Serializable) Value.decode(body));
            case "bytes" -> {
                var message = session.createBytesMessage();
                message.writeBytes((byte[]) Value.decode(body));
                yield message;
            }
            case "map" -> {
                var message = session.createMapMessage();
                for (var item : body.properties()) {
                    message.setObject(item.getKey(), Value.decode(item.getValue()));
                }
                yield message;
            }
            case "stream" -> {
                var message = session.createStreamMessage();
                for (var item : body) {
                    message.writeObject(Value.decode(item));
                }
                yield message;
            }
            default -> throw new IllegalArgumentException("unknown kind: " + kind);
        };
    }
}
