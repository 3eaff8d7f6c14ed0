import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Enumeration;
import javax.naming.InitialContext;

/** A clerk looks at the orders that wait in a queue, and leaves them there. */
public class Browser {
    private static final String[] ITEMS = {"espresso machine", "running shoes", "desk lamp"};

    public static void main(String[] args) throws Exception {
        InitialContext names = new InitialContext();
        ConnectionFactory factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        Queue orders = (Queue) names.lookup("orders");
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(orders);
            for (String item : ITEMS) {
                TextMessage order = session.createTextMessage(item);
                order.setBooleanProperty("gift", item.equals("desk lamp"));
                producer.send(order);
            }
            look(session, orders, null);
            look(session, orders, "gift = TRUE");
            pack(session, orders);
            look(session, orders, null);
        }
    }

    private static void look(Session session, Queue orders, String selector) throws JMSException {
        QueueBrowser browser = session.createBrowser(orders, selector);
        Enumeration<?> waiting = browser.getEnumeration();
        int count = 0;
        while (waiting.hasMoreElements()) {
            TextMessage order = (TextMessage) waiting.nextElement();
            String gift = order.getBooleanProperty("gift") ? ", a gift" : "";
            System.out.println("clerk: " + order.getText() + " waits" + gift);
            count++;
        }
        browser.close();
        System.out.println("clerk: counted " + count);
    }

    private static void pack(Session session, Queue orders) throws JMSException {
        MessageConsumer consumer = session.createConsumer(orders);
        for (int count = 0; count < ITEMS.length; count++) {
            TextMessage order = (TextMessage) consumer.receive(10000);
            System.out.println("warehouse: packed " + order.getText());
        }
        consumer.close();
    }
}
