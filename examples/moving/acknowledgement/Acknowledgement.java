import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A warehouse acknowledges orders itself: what it has not acknowledged comes again. Arguments: [URL]. */
public class Acknowledgement {
    private static final int COUNT = 3;

    public static void main(String[] args) throws JMSException {
        ConnectionFactory factory = new ActiveMQConnectionFactory(args.length > 0 ? args[0] : "tcp://localhost:61616");
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            Queue orders = session.createQueue("moving.acknowledged");
            MessageProducer producer = session.createProducer(orders);
            for (int number = 1; number <= COUNT; number++) {
                producer.send(session.createTextMessage("order " + number));
            }

            MessageConsumer consumer = session.createConsumer(orders);
            receiveAll(consumer);
            session.recover();
            System.out.println("warehouse: begins again");
            List<Message> received = receiveAll(consumer);
            received.get(COUNT - 1).acknowledge(); // with it, all that the session has received
        }
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue("moving.acknowledged"));
            Message left = consumer.receive(500);
            System.out.println("warehouse: the next day " + (left == null ? "nothing" : "something") + " is left");
        }
    }

    private static List<Message> receiveAll(MessageConsumer consumer) throws JMSException {
        List<Message> received = new ArrayList<>();
        for (int number = 1; number <= COUNT; number++) {
            Message order = consumer.receive(10000);
            if (order == null) {
                throw new JMSException("an order did not come");
            }
            String again = order.getJMSRedelivered() ? " again" : "";
            System.out.println("warehouse: received " + order.getBody(String.class) + again);
            received.add(order);
        }
        return received;
    }
}
