import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A shop asks for prices and waits for each reply. Arguments: [URL [server|client]]. */
public class RequestReply {
    private static final String[] ITEMS = {"desk lamp", "backpack"};

    public static void main(String[] args) throws Exception {
        String url = args.length > 0 ? args[0] : "tcp://localhost:61616";
        String side = args.length > 1 ? args[1] : "both";
        ConnectionFactory factory = new ActiveMQConnectionFactory(url);
        try (Connection connection = factory.createConnection()) {
            connection.start();
            PriceServer server = null;
            if (!side.equals("client")) {
                server = new PriceServer(connection);
            }
            if (!side.equals("server")) {
                ask(connection);
            }
            if (server != null) {
                server.awaitRequests();
            }
        }
    }

    private static void ask(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue("moving.price.requests"));
        Queue replies = session.createTemporaryQueue();
        MessageConsumer consumer = session.createConsumer(replies);
        for (String item : ITEMS) {
            TextMessage request = session.createTextMessage(item);
            request.setJMSReplyTo(replies);
            request.setJMSCorrelationID("price of " + item);
            producer.send(request);
            TextMessage reply = (TextMessage) consumer.receive(10000);
            if (reply == null) {
                throw new JMSException("no reply came");
            }
            System.out.println("shop: " + reply.getJMSCorrelationID() + ": " + reply.getText());
        }
        session.close();
    }

    private static class PriceServer implements MessageListener {
        private final CountDownLatch missing = new CountDownLatch(ITEMS.length);
        private final Session session;
        private final MessageProducer producer;

        PriceServer(Connection connection) throws JMSException {
            session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            producer = session.createProducer(null); // each reply has a destination of its own
            session.createConsumer(session.createQueue("moving.price.requests")).setMessageListener(this);
        }

        void awaitRequests() throws Exception {
            if (!missing.await(10, TimeUnit.SECONDS)) {
                throw new JMSException("a request did not come");
            }
        }

        @Override
        public void onMessage(Message message) {
            try {
                String item = ((TextMessage) message).getText();
                TextMessage reply = session.createTextMessage(item.equals("desk lamp") ? "32.50" : "46.00");
                reply.setJMSCorrelationID(message.getJMSCorrelationID());
                System.out.println("server: answers for " + item);
                Destination replyTo = message.getJMSReplyTo();
                producer.send(replyTo, reply);
                missing.countDown();
            } catch (JMSException e) {
                System.err.println("server: cannot answer: " + e.getMessage());
            }
        }
    }
}
