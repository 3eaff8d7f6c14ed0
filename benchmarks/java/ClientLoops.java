import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.concurrent.Semaphore;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * What a Java program does with the client alone: a loop that sends or receives, and its time.
 *
 * <p>Arguments: url, user, password, queue, mode, whether messages are persistent, messages before the measure, messages
 * measured, size of a body. Prints messages per second.
 */
public final class ClientLoops {
    private static final int GROUP = 100;
    private static final int INDIVIDUAL = 101;

    public static void main(String[] words) throws Exception {
        var factory = new ActiveMQConnectionFactory(words[0], words[1], words[2]);
        factory.setConfirmationWindowSize(1 << 20);
        int before = Integer.parseInt(words[6]), measured = Integer.parseInt(words[7]);
        try (var connection = factory.createConnection()) {
            connection.start();
            var loop = words[4].startsWith("send")
                    ? sending(connection, words[3], words[4], words[5].equals("true"), new byte[Integer.parseInt(words[8])])
                    : receiving(connection, words[3], words[4]);
            loop.run(before);
            var start = System.nanoTime();
            loop.run(measured);
            System.out.println(measured * 1e9 / (System.nanoTime() - start));
        }
    }

    private interface Loop {
        void run(int messages) throws Exception;
    }

    private static Loop sending(Connection connection, String queue, String mode, boolean persistent, byte[] body)
            throws Exception {
        var transacted = mode.equals("send transacted");
        var session = connection.createSession(transacted, transacted ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        producer.setDeliveryMode(persistent ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
        var done = new Completions();
        return messages -> {
            for (int number = 1; number <= messages; number++) {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(body);
                if (mode.equals("send async")) {
                    producer.send(message, done);
                } else {
                    producer.send(message);
                }
                if (transacted && number % GROUP == 0) {
                    session.commit();
                }
            }
            if (mode.equals("send async")) {
                done.acquire(messages);
            }
        };
    }

    private static Loop receiving(Connection connection, String queue, String mode) throws Exception {
        var transacted = mode.equals("transacted");
        var session = connection.createSession(transacted, switch (mode) {
            case "transacted" -> Session.SESSION_TRANSACTED;
            case "dups_ok" -> Session.DUPS_OK_ACKNOWLEDGE;
            case "client", "client 100" -> Session.CLIENT_ACKNOWLEDGE;
            case "individual" -> INDIVIDUAL;
            default -> Session.AUTO_ACKNOWLEDGE;
        });
        var consumer = session.createConsumer(session.createQueue(queue));
        if (mode.equals("listener")) {
            return listening(consumer);
        }
        var acknowledges = mode.startsWith("client") || mode.equals("individual");
        var group = mode.equals("client 100") ? GROUP : 1;
        return messages -> {
            for (int number = 1; number <= messages; number++) {
                var message = consumer.receive(10_000);
                message.getBody(byte[].class);
                if (acknowledges && number % group == 0) {
                    message.acknowledge();
                }
                if (transacted && number % GROUP == 0) {
                    session.commit();
                }
            }
        };
    }

    private static Loop listening(MessageConsumer consumer) throws Exception {
        var arrived = new Semaphore(0);
        var allowed = new Semaphore(0);
        return messages -> {
            allowed.release(messages);
            if (consumer.getMessageListener() == null) {
                consumer.setMessageListener(message -> {
                    allowed.acquireUninterruptibly();
                    arrived.release();
                });
            }
            arrived.acquire(messages);
        };
    }

    private static final class Completions extends Semaphore implements CompletionListener {
        private static final long serialVersionUID = 1;

        Completions() {
            super(0);
        }

        @Override
        public void onCompletion(Message message) {
            release();
        }

        @Override
        public void onException(Message message, Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private ClientLoops() {}
}
