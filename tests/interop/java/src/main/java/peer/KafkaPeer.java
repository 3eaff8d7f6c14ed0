package peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import static java.time.Duration.ofMillis;

/** Works with producers, consumers and administrators of Kafka's own client, each made with the settings given. */
final class KafkaPeer extends Peer {
    private static final class Sender extends KafkaProducer<byte[], byte[]> {
        Sender(Map<String, Object> settings) {
            super(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
    }

    private static final class Receiver extends KafkaConsumer<byte[], byte[]> {
        Receiver(Map<String, Object> settings) {
            super(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }
    }

    @Override
    Object perform(AutoCloseable target, String action, JsonNode command) throws Exception {
        if (target instanceof Sender sender) {
            return performOn(sender, action, command);
        }
        if (target instanceof Receiver receiver) {
            return performOn(receiver, action, command);
        }
        if (target instanceof Admin admin) {
            return performOn(admin, action, command);
        }
        return switch (action) {
            case "producer" -> keep(new Sender(settings(command)));
            case "consumer" -> keep(new Receiver(settings(command)));
            case "admin" -> keep(Admin.create(settings(command)));
            default -> throw new IllegalArgumentException("no such command: " + action);
        };
    }

    private Object performOn(Sender producer, String action, JsonNode command) throws Exception {
        switch (action) {
            case "send":
                var sent = producer.send(KafkaRecord.decode(command)).get();
                return List.of(sent.partition(), sent.offset());
            case "init":
                producer.initTransactions();
                return null;
            case "begin":
                producer.beginTransaction();
                return null;
            case "send_offsets":
                var consumer = (Receiver) opened(command.get("consumer").asInt());
                producer.sendOffsetsToTransaction(positions(consumer), consumer.groupMetadata());
                return null;
            case "commit":
                producer.commitTransaction();
                return null;
            case "abort":
                producer.abortTransaction();
                return null;
            default:
                throw new IllegalArgumentException("no such command on a producer: " + action);
        }
    }

    private static Object performOn(Receiver consumer, String action, JsonNode command) {
        switch (action) {
            case "subscribe":
                consumer.subscribe(List.of(command.get("topic").asText()));
                return null;
            case "poll":
                var seen = new ArrayList<>();
                consumer.poll(ofMillis(command.get("timeout").asLong())).forEach(record -> seen.add(KafkaRecord.encode(record)));
                return seen;
            case "read":
                return read(consumer, command.get("topic").asText());
            case "assignment":
                return consumer.assignment().stream().map(TopicPartition::partition).sorted().toList();
            case "commit":
                consumer.commitSync();
                return null;
            default:
                throw new IllegalArgumentException("no such command on a consumer: " + action);
        }
    }

    /** Return all records of the topic up to its end; for a reader of committed records that is the last stable offset. */
    private static List<Object> read(Receiver consumer, String topic) {
        var partitions = consumer.partitionsFor(topic).stream().map(one -> new TopicPartition(topic, one.partition())).toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        var ends = consumer.endOffsets(partitions);
        var seen = new ArrayList<>();
        while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
            consumer.poll(ofMillis(100)).forEach(record -> seen.add(KafkaRecord.encode(record)));
        }
        return seen;
    }

    private static Object performOn(Admin admin, String action, JsonNode command) throws Exception {
        switch (action) {
            case "create":
                var topic = new NewTopic(command.get("topic").asText(), command.get("partitions").asInt(), (short) 1);
                admin.createTopics(List.of(topic)).all().get();
                return null;
            case "committed":
                var offsets = admin.listConsumerGroupOffsets(command.get("group").asText()).partitionsToOffsetAndMetadata().get();
                return offsets.entrySet().stream()
                        .map(one -> List.of(one.getKey().topic(), one.getKey().partition(), one.getValue().offset()))
                        .toList();
            default:
                throw new IllegalArgumentException("no such command on an administrator: " + action);
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(Receiver consumer) {
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : consumer.assignment()) {
            positions.put(partition, new OffsetAndMetadata(consumer.position(partition)));
        }
        return positions;
    }

    private static Map<String, Object> settings(JsonNode command) {
        var settings = new HashMap<String, Object>();
        command.get("settings").properties().forEach(one -> settings.put(one.getKey(), one.getValue().asText()));
        return settings;
    }
}
