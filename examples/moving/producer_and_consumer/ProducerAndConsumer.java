import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import javax.naming.InitialContext;

/** A shop sends orders to a queue, and a warehouse receives them. Arguments: [producer|consumer]. */
public class ProducerAndConsumer {
    private static final String[] ITEMS = {"espresso machine", "running shoes", "desk lamp"};
    private static final String END = "end-of-orders";
    private static final long PATIENCE = 10000; // milliseconds

    public static void main(String[] args) throws Exception {
        String side = args.length > 0 ? args[0] : "both";
        InitialContext names = new InitialContext();
        ConnectionFactory factory = (ConnectionFactory) names.lookup("ConnectionFactory");
        Queue orders = (Queue) names.lookup("orders");
        names.close();
        Connection connection = factory.createConnection();
        try {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            if (!side.equals("consumer")) {
                sendOrders(session, orders);
            }
            if (!side.equals("producer")) {
                connection.start();
                receiveOrders(session, orders);
            }
        } finally {
            connection.close();
        }
    }

    private static void sendOrders(Session session, Queue orders) throws JMSException {
        MessageProducer producer = session.createProducer(orders);
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        producer.setTimeToLive(60000);
        for (int number = 1; number <= ITEMS.length; number++) {
            TextMessage order = session.createTextMessage(ITEMS[number - 1]);
            order.setIntProperty("number", number);
            producer.send(order);
            System.out.println("shop: sent order " + number + ", " + order.getText());
        }
        Message end = session.createMessage();
        end.setJMSType(END);
        producer.send(end);
        producer.close();
    }

    private static void receiveOrders(Session session, Queue orders) throws JMSException {
        MessageConsumer consumer = session.createConsumer(orders);
        int count = 0;
        while (true) {
            Message message = consumer.receive(PATIENCE);
            if (message == null) {
                throw new JMSException("the orders stopped without an end");
            }
            if (END.equals(message.getJMSType())) {
                break;
            }
            TextMessage order = (TextMessage) message;
            System.out.println("warehouse: packed order " + order.getIntProperty("number") + ", " + order.getText());
            count++;
        }
        consumer.close();
        System.out.println("warehouse: packed " + count + " orders");
    }
}
