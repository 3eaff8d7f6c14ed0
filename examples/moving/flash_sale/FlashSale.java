import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A shop sends each order to a queue, where payment takes it, and to a topic, where stock, mail and audit hear of it.
 * Arguments: [URL [shop|services]].
 */
public class FlashSale {
    private static final String[] BUYERS = {"Ann", "Bob", "Cem", "Dee"};
    private static final String ORDERS = "moving.sale.orders";
    private static final String EVENTS = "moving.sale.events";
    private static final String CLOSED = "closed";

    public static void main(String[] args) throws Exception {
        ConnectionFactory factory = new ActiveMQConnectionFactory(args.length > 0 ? args[0] : "tcp://localhost:61616");
        String side = args.length > 1 ? args[1] : "both";
        List<Service> services = new ArrayList<>();
        if (!side.equals("shop")) {
            services.add(new Service("payment", factory, "charged %s", ORDERS, null));
            services.add(new Service("stock", factory, "one lamp less, for %s", null, null));
            services.add(new Service("mail", factory, "thanked %s", null, null));
            services.add(new Service("audit", factory, "noted the order of %s", null, "audit"));
        }
        if (!side.equals("services")) {
            sell(factory);
        }
        for (Service service : services) {
            service.finish();
        }
    }

    private static void sell(ConnectionFactory factory) {
        try (JMSContext context = factory.createContext(JMSContext.SESSION_TRANSACTED)) {
            Queue orders = context.createQueue(ORDERS);
            Topic events = context.createTopic(EVENTS);
            JMSProducer producer = context.createProducer();
            for (int number = 1; number <= BUYERS.length; number++) {
                producer.setProperty("number", number);
                producer.send(orders, BUYERS[number - 1]).send(events, BUYERS[number - 1]);
                context.commit(); // payment and the others get the order, or none of them
                System.out.println("shop: order " + number + " of " + BUYERS[number - 1]);
            }
            producer.setJMSType(CLOSED).send(orders, "").send(events, "");
            context.commit();
        }
    }

    private static class Service {
        private final String name;
        private final String work;
        private final String subscription;
        private final JMSContext context;
        private final JMSConsumer consumer;
        private final List<String> done = new ArrayList<>();
        private final CountDownLatch closed = new CountDownLatch(1);

        Service(String name, ConnectionFactory factory, String work, String queue, String subscription) {
            this.name = name;
            this.work = work;
            this.subscription = subscription;
            context = factory.createContext(JMSContext.AUTO_ACKNOWLEDGE);
            if (queue != null) {
                consumer = context.createConsumer(context.createQueue(queue));
            } else if (subscription != null) {
                consumer = context.createSharedDurableConsumer(context.createTopic(EVENTS), subscription);
            } else {
                consumer = context.createConsumer(context.createTopic(EVENTS));
            }
            consumer.setMessageListener(this::serve);
            System.out.println(name + ": open");
        }

        private void serve(Message order) {
            try {
                if (CLOSED.equals(order.getJMSType())) {
                    closed.countDown();
                } else {
                    String buyer = order.getBody(String.class);
                    done.add(String.format(work, buyer) + ", order " + order.getIntProperty("number"));
                }
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        }

        void finish() throws Exception {
            if (!closed.await(10, TimeUnit.SECONDS)) {
                throw new JMSException(name + " was not told that the sale is closed");
            }
            for (String line : done) {
                System.out.println(name + ": " + line);
            }
            consumer.close();
            if (subscription != null) {
                context.unsubscribe(subscription);
            }
            context.close();
        }
    }
}
