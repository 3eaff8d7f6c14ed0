import java.nio.file.Path;
import java.util.Map;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener;

/** Runs a Qpid Broker-J: the folder that it works in, then the configuration of its first start. */
public class Qpid {
    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        var launcher = new SystemLauncher(new EndOfProcess());
        Runtime.getRuntime().addShutdownHook(new Thread(launcher::shutdown));
        launcher.startup(Map.of(
                "type", "JSON",
                "storePath", folder.resolve("broker.json").toString(),
                "initialConfigurationLocation", Path.of(arguments[1]).toUri().toString(),
                "context", Map.of("qpid.work_dir", folder.toString(), "broker.failStartupWithErroredChild", "true")));
    }

    /** Ends the process when the broker cannot start; its threads would keep it alive. */
    private static final class EndOfProcess extends SystemLauncherListener.DefaultSystemLauncherListener {
        @Override
        public void onShutdown(int status) {
            if (status != 0) {
                Runtime.getRuntime().halt(status);
            }
        }
    }
}
