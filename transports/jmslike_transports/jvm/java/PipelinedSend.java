package jmslike.jakarta;

import jakarta.jms.CompletionListener;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;

/** A send that does not wait for the provider: JMS has it since 2.0. */
final class PipelinedSend implements CompletionListener {
    private final Events events;
    private final long number;
    private final boolean delayed;

    private PipelinedSend(Events events, long number, boolean delayed) {
        this.events = events;
        this.number = number;
        this.delayed = delayed;
    }

    static void send(MessageProducer producer, Outgoing outgoing, Events events, long number) throws JMSException {
        var listener = new PipelinedSend(events, number, outgoing.delay() != 0);
        producer.send(outgoing.message(), outgoing.mode(), outgoing.priority(), outgoing.lifetime(), listener);
    }

    @Override
    public void onCompletion(Message message) {
        try {
            events.sent(number, Outbox.stamp(message, delayed));
        } catch (JMSException error) {
            events.failed(number, error);
        }
    }

    @Override
    public void onException(Message message, Exception error) {
        events.failed(number, error);
    }
}
