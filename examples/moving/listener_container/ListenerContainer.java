import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.TextMessage;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.jms.listener.DefaultMessageListenerContainer;

/** Payments in two sessions of Spring's container, each in a transaction, as a bean of EJB has it. Arguments: [URL]. */
public class ListenerContainer {
    private static final int COUNT = 4;

    /** What would be a message-driven bean, with its settings as activation properties. */
    private static class PaymentBean implements MessageListener {
        final Set<String> charged = new ConcurrentSkipListSet<>();
        final CountDownLatch missing = new CountDownLatch(COUNT);

        @Override
        public void onMessage(Message message) {
            try {
                String order = ((TextMessage) message).getText();
                if (order.equals("order 3") && !message.getJMSRedelivered()) {
                    throw new IllegalStateException("the bank did not answer"); // rolled back, and delivered again
                }
                charged.add(order + (message.getJMSRedelivered() ? " (second attempt)" : ""));
                missing.countDown();
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        String url = args.length > 0 ? args[0] : "tcp://localhost:61616";
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
        PaymentBean bean = new PaymentBean();
        DefaultMessageListenerContainer container = new DefaultMessageListenerContainer();
        container.setConnectionFactory(factory);
        container.setDestinationName("moving.payments");
        container.setConcurrentConsumers(2);
        container.setSessionTransacted(true);
        container.setMessageListener(bean);
        container.afterPropertiesSet();
        container.start();
        try {
            JmsTemplate template = new JmsTemplate(factory);
            for (int number = 1; number <= COUNT; number++) {
                template.convertAndSend("moving.payments", "order " + number);
            }
            if (!bean.missing.await(10, TimeUnit.SECONDS)) {
                throw new JMSException("an order was not charged");
            }
        } finally {
            container.shutdown();
            factory.close();
        }
        for (String order : bean.charged) {
            System.out.println("payment: charged " + order);
        }
    }
}
