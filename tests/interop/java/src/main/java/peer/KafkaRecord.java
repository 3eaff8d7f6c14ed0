package peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;

/** A record as JSON. Values are made into bytes, and headers called jms.type.name back, by Kafka's own serializers. */
final class KafkaRecord {
    private static final Map<String, Class<?>> TYPES = Map.of(
            "string", String.class,
            "boolean", Boolean.class,
            "short", Short.class,
            "int", Integer.class,
            "long", Long.class,
            "float", Float.class,
            "double", Double.class);

    private KafkaRecord() {}

    static ProducerRecord<byte[], byte[]> decode(JsonNode description) {
        var key = bytes(description.get("key"));
        var record = new ProducerRecord<>(description.get("topic").asText(), key, bytes(description.get("value")));
        for (var header : description.get("headers")) {
            record.headers().add(header.get(0).asText(), bytes(header.get(1)));
        }
        return record;
    }

    static Map<String, Object> encode(ConsumerRecord<byte[], byte[]> record) {
        var headers = new ArrayList<Object>();
        for (var header : record.headers()) {
            headers.add(List.of(header.key(), Value.encode(value(header.key(), header.value()))));
        }
        return Map.of(
                "partition", record.partition(),
                "offset", record.offset(),
                "key", Value.encode(record.key()),
                "value", Value.encode(record.value()),
                "headers", headers);
    }

    @SuppressWarnings("unchecked")
    static byte[] bytes(JsonNode description) {
        var value = Value.decode(description);
        return value == null ? null : Serdes.serdeFrom((Class<Object>) value.getClass()).serializer().serialize(null, value);
    }

    private static Object value(String name, byte[] bytes) {
        var parts = name.split("\\.", 3);
        var type = parts.length == 3 && parts[0].equals("jms") ? TYPES.get(parts[1]) : null;
        return type == null || bytes == null ? bytes : Serdes.serdeFrom(type).deserializer().deserialize(null, bytes);
    }
}
