package jmslike.jakarta;

import java.lang.reflect.Field;
import java.util.concurrent.TimeUnit;

/**
 * What the client of Artemis tells its broker to push more: it does so in a thread of its own.
 *
 * <p>A question for what is there may overtake that, and finds nothing where the last credit has just been used.
 */
final class Credits {
    private static final long PATIENCE = 1; // seconds, for a thread of the client

    private Credits() {}

    /** Wait until they are sent; return whether this consumer, or browser, is that of Artemis. */
    static boolean areSent(Object receiver) {
        try {
            var consumer = field(receiver, "consumer").get(receiver);
            var pending = field(consumer, "pendingFlowControl").get(consumer);
            var await = pending.getClass().getMethod("await", long.class, TimeUnit.class);
            await.invoke(pending, PATIENCE, TimeUnit.SECONDS);
            return true;
        } catch (ReflectiveOperationException | RuntimeException other) {
            return false;
        }
    }

    private static Field field(Object owner, String name) throws NoSuchFieldException {
        var found = owner.getClass().getDeclaredField(name);
        found.setAccessible(true);
        return found;
    }
}
