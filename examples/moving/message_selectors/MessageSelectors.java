import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Each department receives only the orders that its selector matches. Arguments: [URL]. */
public class MessageSelectors {
    public static void main(String[] args) throws JMSException {
        ConnectionFactory factory = new ActiveMQConnectionFactory(args.length > 0 ? args[0] : "tcp://localhost:61616");
        try (JMSContext context = factory.createContext()) {
            Queue orders = context.createQueue("moving.selected");
            send(context, orders, "espresso machine", "north", 250);
            send(context, orders, "running shoes", "south", 90);
            send(context, orders, "desk lamp", "north", 30);
            send(context, orders, "backpack", "west", 46);
            send(context, orders, "bicycle", "south", 800);

            receive(context, orders, "north", "region = 'north' AND total > 100", 1);
            receive(context, orders, "south and west", "region IN ('south', 'west') AND total BETWEEN 40 AND 100", 2);
            receive(context, orders, "bicycles", "JMSType LIKE 'bi%'", 1);
            receive(context, orders, "others", null, 1);
        }
    }

    private static void send(JMSContext context, Queue orders, String item, String region, int total)
            throws JMSException {
        TextMessage order = context.createTextMessage(item);
        order.setJMSType(item);
        order.setStringProperty("region", region);
        order.setIntProperty("total", total);
        context.createProducer().send(orders, order);
    }

    private static void receive(JMSContext context, Queue orders, String who, String selector, int count)
            throws JMSException {
        try (JMSConsumer consumer = context.createConsumer(orders, selector)) {
            for (int number = 0; number < count; number++) {
                Message order = consumer.receive(10000);
                if (order == null) {
                    throw new JMSException(who + " got nothing");
                }
                System.out.println(who + ": " + order.getBody(String.class) + " for " + order.getIntProperty("total"));
            }
        }
    }
}
