package jmslike.jakarta;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/** An operation that another thread carries out, and for whose end a caller waits in short steps. */
public final class Call implements Runnable {
    private final Callable<?> body;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Object result;
    private Throwable error;

    Call(Callable<?> body) {
        this.body = body;
    }

    /** Carry it out in a thread of its own. */
    static Call start(String name, Callable<?> body) {
        var call = new Call(body);
        thread(name, call).start();
        return call;
    }

    /** Make a thread that keeps no program alive, and in which a client library finds its own classes. */
    static Thread thread(String name, Runnable body) {
        var thread = new Thread(body, "jmslike-" + name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Call.class.getClassLoader());
        return thread;
    }

    @Override
    public void run() {
        try {
            result = body.call();
        } catch (Throwable thrown) {
            error = thrown;
        }
        ended.countDown();
    }

    /** End it with an error, because no thread will carry it out. */
    void refuse(Throwable why) {
        error = why;
        ended.countDown();
    }

    /** Wait at most so long for the end; return whether it has ended. */
    public boolean ends(int millis) throws InterruptedException {
        return ended.await(millis, MILLISECONDS);
    }

    /** Wait for the end, and return the result; null after an error. */
    Object awaited() throws InterruptedException {
        ended.await();
        return result;
    }

    /** Return the error of what has ended; null if there is none. What Java throws, Python gets more dearly. */
    public Throwable error() {
        return error;
    }

    /** Return the result of what has ended without an error. */
    public Object result() {
        return result;
    }
}
