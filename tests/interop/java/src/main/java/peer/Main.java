package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Runs the commands (JSON lines) of standard input with one client library, and answers each on standard output. */
public final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        var answers = new PrintStream(System.out, true, UTF_8);
        System.setOut(System.err); // nothing that a library prints may stand among the answers
        var client = arguments[0];
        var peer = client.equals("kafka") ? new KafkaPeer() : new JmsPeer(Client.valueOf(client.toUpperCase()));
        var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (var line = commands.readLine(); line != null; line = commands.readLine()) {
            var command = JSON.readTree(line);
            peer.obey(command, outcome -> answer(answers, command, outcome));
        }
        System.exit(0); // whoever gave the commands has gone
    }

    private static void answer(PrintStream answers, JsonNode command, Peer.Outcome outcome) {
        try {
            var line = JSON.writeValueAsString(Map.of("id", command.get("id"), outcome.kind(), JSON.valueToTree(outcome.value())));
            synchronized (answers) {
                answers.println(line);
            }
        } catch (Exception error) {
            error.printStackTrace();
            System.exit(1);
        }
    }
}
