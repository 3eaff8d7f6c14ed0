package jmslike.jakarta;

import java.util.Properties;
import javax.naming.InitialContext;

/** What JNDI finds. */
public final class Naming {
    private Naming() {}

    /** Look an object up; it is the result. */
    public static Call find(Properties settings, String name) {
        return Call.start("naming", () -> {
            var context = new InitialContext(settings);
            try {
                return context.lookup(name);
            } finally {
                context.close();
            }
        });
    }
}
