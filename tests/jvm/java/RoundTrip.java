import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.PrintStream;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jmslike.jakarta.Destinations;
import jmslike.jakarta.Outgoing;
import jmslike.jakarta.Records;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Sends and receives records with one client library: commands and answers are a letter, a length and bytes. */
public final class RoundTrip {
    /** A class that only this program has. */
    record Secret(String value) implements Serializable {}

    private static final long PATIENCE = 20_000; // milliseconds

    private final Session session;
    private final Destinations destinations = new Destinations();

    RoundTrip(Session session) {
        this.session = session;
    }

    public static void main(String[] arguments) throws Exception {
        var answers = new DataOutputStream(new PrintStream(System.out));
        System.setOut(System.err); // nothing that a library prints may stand among the answers
        Connection connection = factory(arguments[0], arguments[1]).createConnection(arguments[2], arguments[3]);
        connection.start();
        var program = new RoundTrip(connection.createSession(false, Session.AUTO_ACKNOWLEDGE));
        var commands = new DataInputStream(System.in);
        try {
            while (true) {
                int letter = commands.readByte();
                byte[] content = commands.readNBytes(commands.readInt());
                byte[] answer;
                int kind = 'K';
                try {
                    answer = program.obey(letter, content);
                } catch (Exception error) {
                    kind = 'E';
                    answer = error.toString().getBytes(UTF_8);
                }
                answers.writeByte(kind);
                answers.writeInt(answer.length);
                answers.write(answer);
                answers.flush();
            }
        } catch (EOFException end) {
            System.exit(0);
        }
    }

    private static ConnectionFactory factory(String type, String url) throws Exception {
        Class<?> factory = Class.forName(type);
        try {
            return (ConnectionFactory) factory.getConstructor(String.class).newInstance(url);
        } catch (NoSuchMethodException none) {
            Object made = factory.getConstructor().newInstance();
            if (type.startsWith("com.rabbitmq")) {
                factory.getMethod("setUri", String.class).invoke(made, url);
            } else {
                factory.getMethod("setProperty", String.class, String.class).invoke(made, "imqAddressList", url);
            }
            return (ConnectionFactory) made;
        }
    }

    private byte[] obey(int letter, byte[] content) throws Exception {
        switch (letter) {
            case 'P':
                put(Outgoing.read(ByteBuffer.wrap(content), session, destinations));
                return new byte[0];
            case 'J':
                String[] words = new String(content, UTF_8).split(" ");
                session.createProducer(session.createQueue(words[1])).send(made(words[0]));
                return new byte[0];
            default:
                return get(content[0], new String(content, 1, content.length - 1, UTF_8));
        }
    }

    private void put(Outgoing outgoing) throws Exception {
        MessageProducer producer = session.createProducer(outgoing.destination());
        long now = System.currentTimeMillis();
        if (outgoing.delay() != 0) {
            try { // JMS 1.1 has no such method
                MessageProducer.class.getMethod("setDeliveryDelay", long.class).invoke(producer, outgoing.delay());
            } catch (InvocationTargetException error) {
                throw (Exception) error.getCause();
            }
        }
        producer.send(outgoing.message(), outgoing.mode(), outgoing.priority(), outgoing.lifetime());
        producer.close();
    }

    private byte[] get(int kind, String name) throws Exception {
        var consumer = session.createConsumer(destinations.find(session, kind, name));
        try {
            return record(consumer.receive(PATIENCE)); // before the consumer closes: a large body is still on its way
        } finally {
            consumer.close();
        }
    }

    private byte[] record(Message message) throws Exception {
        int size = 64;
        while (true) {
            ByteBuffer buffer = ByteBuffer.allocate(size);
            try {
                Records.write(message, buffer, destinations);
            } catch (BufferOverflowException tooSmall) {
                size += Math.max(16, size / 16); // small steps, so that there is too little room at many places
                continue;
            }
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    private Message made(String what) throws Exception {
        switch (what) {
            case "half":
                return session.createTextMessage("a\uD83Db");
            case "correlation":
                Message message = session.createMessage();
                message.setJMSCorrelationIDAsBytes(new byte[] {0, 1, (byte) 0xFF});
                return message;
            case "bytes":
                BytesMessage bytes = session.createBytesMessage();
                bytes.writeUTF("two");
                bytes.writeInt(7);
                return bytes;
            default:
                ObjectMessage object = session.createObjectMessage();
                object.setObject(object(what));
                return object;
        }
    }

    private static Serializable object(String what) {
        return switch (what) {
            case "string" -> "two lamps \u2026";
            case "long-string" -> "x".repeat(100_000);
            case "octets" -> "{}".getBytes(UTF_8);
            case "list" -> new ArrayList<>(List.of("a", "b"));
            case "secret" -> new Secret("s");
            default -> null;
        };
    }
}
