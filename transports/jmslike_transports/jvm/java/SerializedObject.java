package jmslike.jakarta;

import jakarta.jms.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/**
 * The serialised object of an ObjectMessage, null for none. It is encoded if it is what jmslike made of an object.
 *
 * JMS has no way to it but getObject(), which makes instances of any classes that the sender names. So it is taken from
 * where each provider keeps it.
 */
record SerializedObject(byte[] octets, boolean isEncoded) {
    private static final String ENCODED = "rmq.jmslike.object";

    /** Return the object of the message, or null where the provider is not known. */
    static SerializedObject of(Message message) {
        for (Class<?> type = message.getClass(); type != null; type = type.getSuperclass()) {
            try {
                switch (type.getName()) {
                    case "org.apache.activemq.artemis.jms.client.ActiveMQObjectMessage":
                        return new SerializedObject(some((byte[]) field(type, "data", message)), false);
                    case "org.apache.activemq.command.ActiveMQObjectMessage":
                        return new SerializedObject(ofClassic(message), false);
                    case "org.apache.qpid.jms.message.JmsObjectMessage":
                        return ofQpid(field(type, "facade", message));
                    case "com.rabbitmq.jms.client.message.RMQObjectMessage":
                        Map<?, ?> headers = (Map<?, ?>) field(type.getSuperclass(), "rmqProperties", message);
                        boolean isEncoded = Boolean.TRUE.equals(headers.get(ENCODED));
                        return new SerializedObject((byte[]) field(type, "buf", message), isEncoded);
                    case "com.sun.messaging.jmq.jmsclient.ObjectMessageImpl":
                        return new SerializedObject(some((byte[]) field(type, "messageBody", message)), false);
                    case "com.ibm.jakarta.jms.JMSMessage":
                    case "com.ibm.jms.JMSMessage":
                        return of((Message) field(type, "delegateMsg", message));
                    case "com.ibm.msg.client.jakarta.jms.internal.JmsObjectMessageImpl":
                    case "com.ibm.msg.client.jms.internal.JmsObjectMessageImpl":
                        Object body = field(type, "providerObjectMessage", message);
                        return new SerializedObject(some((byte[]) call(body, "getSerializedObject")), false);
                    default:
                }
            } catch (ReflectiveOperationException | IOException | RuntimeException changed) {
                return null; // another version of the provider
            }
        }
        return null;
    }

    private static byte[] ofClassic(Message message) throws ReflectiveOperationException, IOException {
        Object content = call(message, "getContent");
        if (content == null) {
            return null;
        }
        byte[] data = (byte[]) call(content, "getData");
        int offset = (Integer) call(content, "getOffset"), length = (Integer) call(content, "getLength");
        if (!Boolean.TRUE.equals(call(message, "isCompressed"))) {
            return Arrays.copyOfRange(data, offset, offset + length);
        }
        try (InflaterInputStream inflated = new InflaterInputStream(new ByteArrayInputStream(data, offset, length))) {
            return inflated.readAllBytes();
        }
    }

    private static SerializedObject ofQpid(Object facade) throws ReflectiveOperationException {
        if (Boolean.TRUE.equals(call(facade, "isAmqpTypedEncoding"))) {
            return null; // values of AMQP
        }
        Class<?> type = facade.getClass();
        while (!type.getSimpleName().equals("AmqpJmsMessageFacade")) {
            type = type.getSuperclass();
        }
        Method getBody = type.getDeclaredMethod("getBody");
        getBody.setAccessible(true);
        Object section = getBody.invoke(facade);
        Object binary = section == null ? null : call(section, "getValue");
        if (binary == null) {
            return new SerializedObject(null, false);
        }
        byte[] data = (byte[]) call(binary, "getArray");
        int offset = (Integer) call(binary, "getArrayOffset"), length = (Integer) call(binary, "getLength");
        return new SerializedObject(some(Arrays.copyOfRange(data, offset, offset + length)), false);
    }

    private static byte[] some(byte[] octets) {
        return octets == null || octets.length == 0 ? null : octets;
    }

    private static Object field(Class<?> type, String name, Object object) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }

    private static Object call(Object object, String name) throws ReflectiveOperationException {
        Method method = object.getClass().getMethod(name);
        method.setAccessible(true); // the class may be private
        return method.invoke(object);
    }
}
