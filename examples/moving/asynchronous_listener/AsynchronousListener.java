import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A shop publishes prices to a topic, and a customer listens. Arguments: [URL [publisher|subscriber]]. */
public class AsynchronousListener implements MessageListener, ExceptionListener {
    private static final String[] PRICES = {"the desk lamp costs 32.50", "the backpack costs 46.00"};
    private final CountDownLatch missing = new CountDownLatch(PRICES.length);

    public static void main(String[] args) throws Exception {
        String url = args.length > 0 ? args[0] : "tcp://localhost:61616";
        String side = args.length > 1 ? args[1] : "both";
        ConnectionFactory factory = new ActiveMQConnectionFactory(url);
        Connection connection = factory.createConnection();
        try {
            AsynchronousListener customer = new AsynchronousListener();
            if (!side.equals("publisher")) {
                customer.listen(connection);
            }
            if (!side.equals("subscriber")) {
                publish(connection);
            }
            if (!side.equals("publisher")) {
                customer.awaitPrices();
            }
        } finally {
            connection.close();
        }
    }

    private static void publish(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic("moving.prices");
        MessageProducer producer = session.createProducer(topic);
        System.out.println("shop: publishes " + PRICES.length + " prices");
        for (String price : PRICES) {
            producer.send(session.createTextMessage(price));
        }
        session.close();
    }

    private void listen(Connection connection) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createTopic("moving.prices"));
        consumer.setMessageListener(this);
        connection.setExceptionListener(this);
        connection.start();
        System.out.println("customer: listening");
    }

    private void awaitPrices() throws Exception {
        if (!missing.await(10, TimeUnit.SECONDS)) {
            throw new JMSException("a price did not come");
        }
    }

    @Override
    public void onMessage(Message message) {
        try {
            System.out.println("customer: heard that " + ((TextMessage) message).getText());
            missing.countDown();
        } catch (JMSException e) {
            System.err.println("customer: cannot read a message: " + e.getMessage());
        }
    }

    @Override
    public void onException(JMSException e) {
        System.err.println("customer: the connection is lost: " + e.getMessage());
    }
}
