import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicSubscriber;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** A customer gets the prices that were published while he was away. */
public class DurableSubscriber {
    private static final String SUBSCRIPTION = "prices-for-ann";
    private static final String[] PRICES = {"the desk lamp costs 32.50", "the backpack costs 46.00"};
    private final ConnectionFactory factory;
    private final Topic topic;

    public DurableSubscriber() throws NamingException {
        InitialContext names = new InitialContext();
        factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        topic = (Topic) names.lookup("prices");
    }

    public static void main(String[] args) throws Exception {
        DurableSubscriber example = new DurableSubscriber();
        example.subscribe();
        example.publish();
        example.receive();
    }

    private void subscribe() throws JMSException {
        try (Connection connection = factory.createConnection()) {
            connection.setClientID("ann");
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createDurableSubscriber(topic, SUBSCRIPTION);
            System.out.println("customer: subscribed as " + connection.getClientID());
        }
        System.out.println("customer: away");
    }

    private void publish() throws JMSException {
        try (Connection connection = factory.createConnection()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            for (String price : PRICES) {
                session.createProducer(topic).send(session.createTextMessage(price));
                System.out.println("shop: " + price);
            }
        }
    }

    private void receive() throws JMSException {
        try (Connection connection = factory.createConnection()) {
            connection.setClientID("ann");
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            TopicSubscriber subscriber = session.createDurableSubscriber(topic, SUBSCRIPTION);
            for (int count = 0; count < PRICES.length; count++) {
                TextMessage message = (TextMessage) subscriber.receive(10000);
                System.out.println("customer: heard that " + message.getText());
            }
            subscriber.close();
            session.unsubscribe(SUBSCRIPTION);
            System.out.println("customer: unsubscribed");
        }
    }
}
