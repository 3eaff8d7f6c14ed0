package peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Holds the objects that commands made, by handle, and runs commands on them. Each object gets one command at a time,
 * as the libraries require; the Python side ensures that.
 */
abstract class Peer {
    /** What became of a command: its result, or the error it raised. */
    record Outcome(String kind, Object value) {}

    private final Map<Integer, AutoCloseable> opened = new ConcurrentHashMap<>();
    private final AtomicInteger handles = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Run the command in a thread of its own, so that one that waits blocks no other. */
    final void obey(JsonNode command, Consumer<Outcome> answer) {
        threads.execute(() -> answer.accept(outcome(command)));
    }

    private Outcome outcome(JsonNode command) {
        try {
            return new Outcome("result", perform(command));
        } catch (Throwable error) { // also a method that the library lacks: the command gets its answer
            return new Outcome("error", List.of(error.getClass().getName(), String.valueOf(error.getMessage())));
        }
    }

    private Object perform(JsonNode command) throws Exception {
        var action = command.get("do").asText();
        var handle = command.get("on").asInt();
        if (action.equals("close")) {
            opened.remove(handle).close();
            return null;
        }
        return perform(opened(handle), action, command);
    }

    /** Run a command on the target, which is null for commands without one. */
    abstract Object perform(AutoCloseable target, String action, JsonNode command) throws Exception;

    final AutoCloseable opened(int handle) {
        return opened.get(handle);
    }

    final int keep(AutoCloseable made) {
        var handle = handles.incrementAndGet();
        opened.put(handle, made);
        return handle;
    }
}
