package peer;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/** Works with connections, sessions and consumers of a JMS client library. */
final class JmsPeer extends Peer {
    private static final class OpenConsumer implements AutoCloseable {
        final Session session;
        final MessageConsumer consumer;
        BlockingQueue<Message> heard; // if it has a listener
        Message last;

        OpenConsumer(Session session, MessageConsumer consumer) {
            this.session = session;
            this.consumer = consumer;
        }

        @Override
        public void close() throws JMSException {
            consumer.close();
        }
    }

    private final Client client;
    private final Destinations destinations = new Destinations();
    private final Composer composer = new Composer(destinations);
    private final Description description = new Description(destinations);

    JmsPeer(Client client) {
        this.client = client;
    }

    @Override
    Object perform(AutoCloseable target, String action, JsonNode command) throws Exception {
        if (target == null) {
            return keep(connect(command));
        }
        if (target instanceof Connection connection) {
            var mode = command.get("mode").asInt();
            return keep(connection.createSession(mode == Session.SESSION_TRANSACTED, mode));
        }
        if (target instanceof Session session) {
            return performOn(session, action, command);
        }
        return performOn((OpenConsumer) target, action, command);
    }

    private Connection connect(JsonNode command) throws JMSException {
        var factory = client.factory(command.get("url").asText());
        var connection = factory.createConnection(text(command, "user"), text(command, "password"));
        try {
            if (command.hasNonNull("client_id")) {
                connection.setClientID(command.get("client_id").asText());
            }
            connection.start();
            return connection;
        } catch (JMSException error) {
            connection.close();
            throw error;
        }
    }

    private Object performOn(Session session, String action, JsonNode command) throws JMSException {
        switch (action) {
            case "consumer":
                return keep(new OpenConsumer(session, consumer(session, command)));
            case "temporary":
                var queue = command.get("kind").asText().equals("queue");
                return destinations.describe(queue ? session.createTemporaryQueue() : session.createTemporaryTopic());
            case "send":
                return send(session, command);
            case "browse":
                return browse(session, command);
            case "commit":
                session.commit();
                return null;
            case "rollback":
                session.rollback();
                return null;
            case "recover":
                session.recover();
                return null;
            case "unsubscribe":
                session.unsubscribe(command.get("name").asText());
                return null;
            default:
                throw new IllegalArgumentException("no such command on a session: " + action);
        }
    }

    private Object performOn(OpenConsumer target, String action, JsonNode command) throws Exception {
        switch (action) {
            case "receive":
                target.last = receive(target, command);
                return target.last == null ? null : description.describe(target.last, command.get("getters"));
            case "listen":
                target.heard = new LinkedBlockingQueue<>();
                target.consumer.setMessageListener(target.heard::add);
                return null;
            case "acknowledge":
                target.last.acknowledge();
                return null;
            case "reply":
                return reply(target, command);
            default:
                throw new IllegalArgumentException("no such command on a consumer: " + action);
        }
    }

    private MessageConsumer consumer(Session session, JsonNode command) throws JMSException {
        var destination = destinations.find(session, command.get("destination"));
        var selector = text(command, "selector");
        var name = text(command, "name");
        if (name == null) {
            return session.createConsumer(destination, selector, command.get("no_local").asBoolean());
        }
        var topic = (Topic) destination;
        if (!command.get("shared").asBoolean()) {
            return session.createDurableSubscriber(topic, name, selector, command.get("no_local").asBoolean());
        }
        return command.get("durable").asBoolean()
                ? session.createSharedDurableConsumer(topic, name, selector)
                : session.createSharedConsumer(topic, name, selector);
    }

    private Object send(Session session, JsonNode command) throws JMSException {
        var message = composer.compose(session, command.get("message"));
        try (var producer = session.createProducer(destinations.find(session, command.get("destination")))) {
            if (command.hasNonNull("delay")) {
                producer.setDeliveryDelay(command.get("delay").asLong());
            }
            producer.send(
                    message,
                    command.get("delivery_mode").asInt(),
                    command.get("priority").asInt(),
                    command.get("time_to_live").asLong());
        }
        return description.headers(message);
    }

    /** Wait for a request and send it back to its JMSReplyTo, with its id as the correlation id if it had none. */
    private Object reply(OpenConsumer target, JsonNode command) throws Exception {
        var request = receive(target, command);
        if (request == null) {
            return null;
        }
        var described = description.describe(request, command.get("getters"));
        if (request.getJMSCorrelationID() == null) {
            request.setJMSCorrelationID(request.getJMSMessageID());
        }
        try (var producer = target.session.createProducer(request.getJMSReplyTo())) {
            producer.send(request);
        }
        return described;
    }

    private List<Object> browse(Session session, JsonNode command) throws JMSException {
        var queue = (Queue) destinations.find(session, command.get("destination"));
        var seen = new ArrayList<>();
        try (var browser = session.createBrowser(queue, text(command, "selector"))) {
            for (var message : Collections.list(browser.getEnumeration())) {
                seen.add(description.describe((Message) message, command.get("getters")));
            }
        }
        return seen;
    }

    /** Java's receive(0) waits forever, so a timeout of 0 becomes receiveNoWait. */
    private static Message receive(OpenConsumer target, JsonNode command) throws Exception {
        var timeout = command.get("timeout").asLong();
        if (target.heard != null) {
            return target.heard.poll(timeout, MILLISECONDS);
        }
        return timeout == 0 ? target.consumer.receiveNoWait() : target.consumer.receive(timeout);
    }

    private static String text(JsonNode command, String name) {
        return command.hasNonNull(name) ? command.get(name).asText() : null;
    }
}
