import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Two auditors share the sales of a topic, and the manager gets all of them. Arguments: [URL]. */
public class SharedSubscription {
    private static final int SALES = 6;

    public static void main(String[] args) throws Exception {
        ConnectionFactory factory = new ActiveMQConnectionFactory(args.length > 0 ? args[0] : "tcp://localhost:61616");
        BlockingQueue<String> audited = new LinkedBlockingQueue<>();
        BlockingQueue<String> managed = new LinkedBlockingQueue<>();
        try (JMSContext first = factory.createContext();
                JMSContext second = factory.createContext();
                JMSContext manager = factory.createContext();
                JMSContext shop = factory.createContext()) {
            audit(first, audited);
            audit(second, audited);
            JMSConsumer everything = manager.createConsumer(manager.createTopic("moving.sales"));
            everything.setMessageListener(sale -> managed.add(text(sale)));

            Topic sales = shop.createTopic("moving.sales");
            JMSProducer producer = shop.createProducer();
            for (int number = 1; number <= SALES; number++) {
                producer.send(sales, "sale " + number);
            }
            show("auditors", audited);
            show("manager", managed);
        }
    }

    private static void audit(JMSContext context, BlockingQueue<String> audited) {
        JMSConsumer consumer = context.createSharedConsumer(context.createTopic("moving.sales"), "auditors");
        consumer.setMessageListener(sale -> audited.add(text(sale)));
    }

    private static void show(String who, BlockingQueue<String> heard) throws Exception {
        List<String> sales = new ArrayList<>();
        while (sales.size() < SALES) {
            String sale = heard.poll(10, TimeUnit.SECONDS);
            if (sale == null) {
                throw new JMSException("a sale did not come");
            }
            sales.add(sale);
        }
        Collections.sort(sales); // which auditor is faster, is a matter of chance
        System.out.println(who + ": noted " + String.join(", ", sales));
    }

    private static String text(Message sale) {
        try {
            return sale.getBody(String.class);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
