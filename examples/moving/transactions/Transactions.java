import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** An office takes an order from one queue and sends its invoice to another, both or neither. Arguments: [URL]. */
public class Transactions {
    private static class PrinterException extends Exception {
        PrinterException(String message) {
            super(message);
        }
    }

    public static void main(String[] args) throws JMSException {
        ConnectionFactory factory = new ActiveMQConnectionFactory(args.length > 0 ? args[0] : "tcp://localhost:61616");
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
            Queue orders = session.createQueue("moving.paid");
            Queue invoices = session.createQueue("moving.invoices");
            session.createProducer(orders).send(session.createTextMessage("order 1"));
            session.commit();

            MessageConsumer consumer = session.createConsumer(orders);
            MessageProducer producer = session.createProducer(invoices);
            for (int attempt = 1; attempt <= 2; attempt++) {
                TextMessage order = (TextMessage) consumer.receive(10000);
                String again = order.getJMSRedelivered() ? " again" : "";
                System.out.println("office: received " + order.getText() + again);
                try {
                    producer.send(session.createTextMessage("invoice for " + order.getText()));
                    printInvoice(attempt);
                    session.commit();
                    System.out.println("office: committed");
                } catch (PrinterException e) {
                    session.rollback();
                    System.out.println("office: rolled back, as " + e.getMessage());
                }
            }
            consumer.close();

            MessageConsumer mailbox = session.createConsumer(invoices);
            TextMessage invoice = (TextMessage) mailbox.receive(10000);
            System.out.println("customer: got " + invoice.getText());
            String more = mailbox.receive(500) == null ? "nothing" : "something";
            System.out.println("customer: got " + more + " else");
            session.commit();
        }
    }

    private static void printInvoice(int attempt) throws PrinterException {
        if (attempt == 1) {
            throw new PrinterException("the printer has no paper");
        }
    }
}
