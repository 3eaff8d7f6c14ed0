package jmslike.jakarta;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Enumeration;

/** A look at a queue, message by message. */
public final class Browser {
    private static final int FIRST_SIZE = 4096;

    private final Worker worker;
    private final QueueBrowser browser;
    private Enumeration<?> messages;

    Browser(Worker worker, QueueBrowser browser) {
        this.worker = worker;
        this.browser = browser;
    }

    /** Look at the next message; the result is its record, or null at the end. */
    public Call next() {
        return worker.submit(() -> {
            if (messages == null) {
                messages = browser.getEnumeration();
            }
            while (messages.hasMoreElements() || (Credits.areSent(browser) && messages.hasMoreElements())) {
                var message = (Message) messages.nextElement();
                if (!isExpired(message)) {
                    return record(message);
                }
            }
            return null;
        });
    }

    /** Some brokers show what they have not removed yet. */
    private static boolean isExpired(Message message) throws JMSException {
        var expiration = message.getJMSExpiration();
        return expiration != 0 && expiration <= System.currentTimeMillis();
    }

    private static byte[] record(Message message) throws JMSException {
        for (int size = FIRST_SIZE; ; size *= 4) {
            var buffer = ByteBuffer.allocate(size);
            try {
                Records.write(message, buffer);
                return Arrays.copyOf(buffer.array(), buffer.position());
            } catch (BufferOverflowException tooSmall) {
                // with a larger one
            }
        }
    }
}
