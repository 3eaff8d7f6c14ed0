package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.jms.admin.RMQDestination;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Destinations as JSON, kind and name. Temporary ones cannot be made from a name, so all that were seen are kept. */
final class Destinations {
    private final Map<String, Destination> temporary = new ConcurrentHashMap<>();

    Destination find(Session session, JsonNode destination) throws JMSException {
        var name = destination.get("name").asText();
        return switch (destination.get("kind").asText()) {
            case "queue" -> session.createQueue(name);
            case "topic" -> session.createTopic(name);
            case "quorum queue" -> declaredWith(name, Map.of("x-queue-type", "quorum"));
            case "priority queue" -> declaredWith(name, Map.of("x-max-priority", 9));
            case "plain queue" -> new RMQDestination(name, "", name, name); // its messages travel in the clear
            case "plain topic" -> new RMQDestination(name, "amq.topic", name, null);
            default -> temporary.get(name);
        };
    }

    private static Destination declaredWith(String name, Map<String, Object> arguments) {
        return new RMQDestination(name, true, false, new HashMap<>(arguments));
    }

    Map<String, String> describe(Destination destination) throws JMSException {
        if (destination == null) {
            return null;
        }
        var kind = kind(destination);
        var name = kind.endsWith("queue") ? ((Queue) destination).getQueueName() : ((Topic) destination).getTopicName();
        if (kind.startsWith("temporary")) {
            temporary.putIfAbsent(name, destination); // only the object that was made can be consumed from
        }
        return Map.of("kind", kind, "name", name);
    }

    private static String kind(Destination destination) {
        if (destination instanceof RMQDestination one) { // which is of all four kinds to the compiler
            return (one.isTemporary() ? "temporary " : "") + (one.isQueue() ? "queue" : "topic");
        }
        if (destination instanceof TemporaryQueue) {
            return "temporary queue";
        }
        if (destination instanceof TemporaryTopic) {
            return "temporary topic";
        }
        return destination instanceof Queue ? "queue" : "topic";
    }
}
