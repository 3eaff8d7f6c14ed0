import java.io.File;
import java.util.List;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/** Runs an ActiveMQ Classic broker: data folder, user, password, then the addresses to listen on. */
public class ActiveMQ {
    public static void main(String[] arguments) throws Exception {
        var broker = new BrokerService();
        broker.setBrokerName("jmslike");
        broker.setDataDirectoryFile(new File(arguments[0]));
        broker.setUseJmx(false);
        broker.setPersistenceAdapter(journal(new File(arguments[0], "messages")));
        broker.setSchedulerSupport(true);
        broker.setDestinationPolicy(policies());
        var user = new AuthenticationUser(arguments[1], arguments[2], "users");
        broker.setPlugins(new BrokerPlugin[] {new SimpleAuthenticationPlugin(List.of(user))});
        broker.getSystemUsage().getMemoryUsage().setPercentOfJvmHeap(50);
        broker.getSystemUsage().getStoreUsage().setLimit(1L << 30);
        broker.getSystemUsage().getTempUsage().setLimit(1L << 30);
        broker.getSystemUsage().getJobSchedulerUsage().setLimit(1L << 30);
        for (int i = 3; i < arguments.length; i++) {
            broker.addConnector(arguments[i]);
        }
        broker.start();
        broker.waitUntilStopped();
    }

    /** Its default waits for the disk; the others answer before they have written, and a killed process loses messages. */
    private static KahaDBPersistenceAdapter journal(File folder) {
        var journal = new KahaDBPersistenceAdapter();
        journal.setDirectory(folder);
        return journal;
    }

    /**
     * The broker orders by priority, and knows after a crash what it had delivered, only where a policy says so. That is
     * for the queues "marked.>", as it also marks what was only looked at, and is no policy for temporary queues, on which it fails.
     */
    private static PolicyMap policies() {
        var marked = new PolicyEntry();
        marked.setQueue("marked.>");
        marked.setPrioritizedMessages(true);
        marked.setPersistJMSRedelivered(true);
        var others = new PolicyEntry();
        others.setPrioritizedMessages(true);
        var map = new PolicyMap();
        map.setPolicyEntries(List.of(marked));
        map.setDefaultEntry(others);
        return map;
    }
}
