package jmslike.jakarta;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * What happens without a caller that waits for it, in its order.
 *
 * <p>An event is a line: a letter, and behind it a number or a text.
 */
public final class Events {
    private static final int MOST = 200;

    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Map<Long, Throwable> errors = new ConcurrentHashMap<>();
    private final AtomicLong problems = new AtomicLong();
    private volatile Throwable loss;
    private final Watch watch;

    Events(Watch watch) {
        this.watch = watch;
    }

    /** Report that a message waits in the consumer of that number. */
    void ready(int consumer) {
        lines.add("R" + consumer);
    }

    /** Report that the provider has taken the message of that number. */
    void sent(long number, String stamp) {
        lines.add("S" + number + " " + stamp);
    }

    /** Report that the message of that number was not sent. */
    void failed(long number, Throwable why) {
        errors.put(number, why);
        lines.add("F" + number);
    }

    /** Report another failure that no caller waits for. */
    void problem(Throwable why) {
        var number = -problems.incrementAndGet(); // that of no message
        errors.put(number, why);
        lines.add("P" + number);
    }

    /** Report that the connection is gone. */
    void lost(Throwable why) {
        loss = why;
        lines.add("L");
    }

    /** Let the reader come back. */
    public void end() {
        lines.add("E");
    }

    /** Look after what takes long, and wait at most so long for events; return those that are there, one on a line. */
    public String next(int millis) throws InterruptedException {
        watch.look();
        var line = lines.poll(millis, MILLISECONDS);
        if (line == null) {
            return "";
        }
        var several = new StringBuilder(line);
        for (int count = 1; count < MOST && (line = lines.poll()) != null; count++) {
            several.append('\n').append(line);
        }
        return several.toString();
    }

    /** Return why the message of that number was not sent, or what the problem of that number is. */
    public Throwable failure(long number) {
        return errors.remove(number);
    }

    /** Return why the connection is gone. */
    public Throwable loss() {
        return loss;
    }
}
