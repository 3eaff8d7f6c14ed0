package jmslike.jakarta;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** The sending side of one session; used by its worker's thread alone. */
final class Outbox {
    private static final int MOST_PRODUCERS = 100;

    private final Session session;
    private final Client client;
    private final Set<MessageProducer> delayed = Collections.newSetFromMap(new WeakHashMap<>());
    private final Map<Destination, MessageProducer> producers =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Destination, MessageProducer> eldest) {
                    if (size() <= MOST_PRODUCERS) {
                        return false;
                    }
                    closeQuietly(eldest.getValue());
                    return true;
                }
            };

    Outbox(Session session, Client client) {
        this.session = session;
        this.client = client;
    }

    /** Send, and return what the provider has written into the message. */
    String send(ByteBuffer record) throws JMSException {
        var outgoing = Outgoing.read(record, session, client.destinations);
        prepared(outgoing).send(outgoing.message(), outgoing.mode(), outgoing.priority(), outgoing.lifetime());
        return stamp(outgoing.message(), outgoing.delay() != 0);
    }

    /** Send, and report the end as an event of that number. */
    void begin(ByteBuffer record, long number, boolean pipelined) {
        try {
            if (!pipelined || !pipeline(record, number)) {
                client.events.sent(number, send(record.rewind()));
            }
        } catch (Throwable error) {
            client.events.failed(number, error);
        }
    }

    /** Send without waiting; return whether the client can: that of JMS 1.1 cannot. */
    private boolean pipeline(ByteBuffer record, long number) throws JMSException {
        try {
            var outgoing = Outgoing.read(record, session, client.destinations);
            PipelinedSend.send(prepared(outgoing), outgoing, client.events, number);
            return true;
        } catch (LinkageError older) {
            return false;
        }
    }

    private MessageProducer prepared(Outgoing outgoing) throws JMSException {
        var producer = producers.get(outgoing.destination());
        if (producer == null) {
            producer = session.createProducer(outgoing.destination());
            producers.put(outgoing.destination(), producer);
        }
        if (outgoing.delay() != 0 || delayed.contains(producer)) { // the delay is the producer's
            producer.setDeliveryDelay(outgoing.delay());
            delayed.add(producer);
        }
        return producer;
    }

    /** Return the headers that the provider sets, in one text: timestamp, expiration, delivery time, and id. */
    static String stamp(Message message, boolean delayed) throws JMSException {
        var due = delayed ? message.getJMSDeliveryTime() : 0;
        var id = message.getJMSMessageID();
        return message.getJMSTimestamp() + " " + message.getJMSExpiration() + " " + due + " " + (id == null ? "" : id);
    }

    private static void closeQuietly(MessageProducer producer) {
        try {
            producer.close();
        } catch (JMSException error) {
            // it is gone, with its session or its connection
        }
    }
}
