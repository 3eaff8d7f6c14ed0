package jmslike.jakarta;

import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The consumers of one session that are open, and what those had received that were closed. */
final class Consumers {
    private static final int STEP = 50; // milliseconds in a receive, in which nothing else is done
    private static final int SHORT_STEP = 10; // where several consumers are looked after

    private final ReentrantLock lock;
    private final List<Consumer> open = new ArrayList<>();
    private final Map<Integer, List<Message>> left = new HashMap<>(); // by consumers that were closed, and not taken

    Consumers(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Add one; it has what an earlier one of its number received and no caller took. */
    void add(Consumer consumer, int number) {
        lock.lock();
        try {
            consumer.addUntaken(left.getOrDefault(number, List.of()));
            left.remove(number);
            open.add(consumer);
        } finally {
            lock.unlock();
        }
    }

    /** Remove one, and perhaps keep what it received and no caller took. */
    void remove(Consumer consumer, int number, boolean keeps) {
        lock.lock();
        try {
            open.remove(consumer);
            var messages = consumer.removeUntaken();
            if (keeps && !messages.isEmpty()) {
                left.put(number, messages);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a consumer of that number was closed with something that is kept. */
    boolean haveLeft(int number) {
        return left.containsKey(number);
    }

    /** Return those of that number. */
    List<Consumer> of(int number) {
        return open.stream().filter(consumer -> consumer.has(number)).toList();
    }

    /** Whether there is what no caller has taken, also of those that were closed. */
    boolean holdUntaken() {
        lock.lock();
        try {
            return !left.isEmpty() || open.stream().anyMatch(Consumer::holdsUntaken);
        } finally {
            lock.unlock();
        }
    }

    /** Forget all that was received: the provider has it back. */
    void forgetMessages() {
        lock.lock();
        try {
            left.clear();
            open.forEach(Consumer::forgetMessages);
        } finally {
            lock.unlock();
        }
    }

    /** Let no caller wait any more; the lock is held. */
    void end() {
        open.forEach(Consumer::end);
    }

    /**
     * Return those that are armed, while the listeners of all are free: what comes meanwhile is not theirs to settle.
     *
     * <p>The lock is held.
     */
    List<Consumer> wanted() {
        if (open.stream().anyMatch(Consumer::isBusy)) {
            return List.of();
        }
        var now = System.nanoTime();
        var wanted = new ArrayList<Consumer>();
        for (var consumer : open) {
            if (consumer.isWanted(now)) {
                wanted.add(consumer);
            }
        }
        return wanted;
    }

    /** Return in how many nanoseconds one may be wanted; the lock is held. */
    long pause() {
        var pause = Long.MAX_VALUE;
        if (open.stream().noneMatch(Consumer::isBusy)) {
            for (var consumer : open) {
                pause = Math.min(pause, consumer.pause());
            }
        }
        return pause;
    }

    /** Wait for a message of what is wanted, for a short time. The turn is held: no caller takes meanwhile. */
    void look() {
        List<Consumer> wanted;
        lock.lock();
        try {
            wanted = wanted();
        } finally {
            lock.unlock();
        }
        if (wanted.isEmpty()) {
            return;
        }
        if (wanted.size() == 1) {
            wanted.get(0).look(STEP);
            return;
        }
        for (var consumer : wanted) {
            if (consumer.look(0)) {
                rotate(consumer);
                return;
            }
        }
        wanted.get(0).look(SHORT_STEP);
        rotate(wanted.get(0));
    }

    private void rotate(Consumer served) {
        lock.lock();
        try {
            if (open.remove(served)) {
                open.add(served);
            }
        } finally {
            lock.unlock();
        }
    }
}
