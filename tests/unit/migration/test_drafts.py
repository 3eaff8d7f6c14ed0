"""The drafts of `jmslike port`: what becomes of each kind of Java, and that drafts run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.porting.draft import StyleName, draft_of, open_lines

ROOT = Path(__file__).parents[3]
GUIDE = sorted((ROOT / "examples" / "moving").glob("*/*.java"))
TO_FINISH = {"ListenerContainer": 12}
"""Programs of the guide with places that a person must finish: what only Spring has."""

IMPORTS = """
import jakarta.jms.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.activemq.ActiveMQConnectionFactory;
"""

Port = Callable[..., list[str]]


@pytest.fixture
def port(tmp_path: Path) -> Port:
    """Return the lines of a method that these statements become, without the comments."""

    def draft(statements: str, style: StyleName = "python", members: str = "") -> list[str]:
        path = tmp_path / "Program.java"
        path.write_text(
            f"{IMPORTS} class Program {{ Session session; Message message; MessageProducer producer; int total;\n"
            f"MessageConsumer consumer; JMSContext context; JMSProducer jmsProducer; {members}\n"
            f"void start(String name, boolean ready, long wait, byte[] data) {{\n{statements}\n}} }}"
        )
        made = draft_of(JavaProgram.read(path), style)
        compile(made, "draft", "exec")
        body = made.partition("def start(")[2].splitlines()[1:]
        return [re.sub(r"  # Java: \d+$", "", line)[8:] for line in body if line.startswith(" " * 8)]

    return draft


@pytest.mark.parametrize(
    ("java", "java_style", "python_style"),
    [
        ("consumer.receive(5000);", "self.consumer.receive(5000)", "self.consumer.receive(5)"),
        ("consumer.receive(0);", "self.consumer.receive(0)", "self.consumer.receive()"),
        ("consumer.receive(wait);", "self.consumer.receive(wait)", "self.consumer.receive(wait / 1000 or None)"),
        ("producer.setTimeToLive(1500);", "self.producer.setTimeToLive(1500)", "self.producer.time_to_live = 1.5"),
        ("message.setJMSReplyTo(null);", "self.message.setJMSReplyTo(None)", "self.message.reply_to = None"),
        (
            'message.setIntProperty("n", 1);',
            'self.message.setIntProperty("n", 1)',
            'self.message.set_int_property("n", 1)',
        ),
        ("((TextMessage) message).getText();", "self.message.getText()", "self.message.text"),
        ("message.getBody(String.class);", "self.message.getBody(str)", "self.message.get_body(str)"),
        (
            "producer.send(message, DeliveryMode.PERSISTENT, 4, 60 * 1000);",
            "self.producer.send(self.message, DeliveryMode.PERSISTENT, 4, 60 * 1000)",
            "self.producer.send(self.message, DeliveryMode.PERSISTENT, 4, 60)",
        ),
        (
            'jmsProducer.setPriority(7).setTimeToLive(2000).send(null, "x");',
            'self.jmsProducer.setPriority(7).setTimeToLive(2000).send(None, "x")',
            'self.jms_producer.set_priority(7).set_time_to_live(2).send(None, "x")',
        ),
        (
            "Enumeration e = session.createBrowser(null).getEnumeration();",
            "e = self.session.createBrowser(None).getEnumeration()",
            "e = iter(self.session.create_browser(None))",
        ),
        (
            "((BytesMessage) message).readBytes(data);",
            "self.message.readBytes(data)",
            "data[:] = self.message.read_bytes(len(data))",
        ),
        (
            'ConnectionFactory f = new ActiveMQConnectionFactory("tcp://broker:61616");',
            'f = ActiveMQClassicFactory("tcp://broker:61616")',
            'f = ConnectionFactory("stomp://broker:61613")',
        ),
        (
            (
                "QueueConnection c = null;\n"
                "c.createQueueSession(false, Session.AUTO_ACKNOWLEDGE).createReceiver(context.createQueue(name));"
            ),
            "c.createQueueSession(False, Session.AUTO_ACKNOWLEDGE).createReceiver(self.context.createQueue(name))",
            "c.create_session(False, Session.AUTO_ACKNOWLEDGE).create_consumer(self.context.create_queue(name))",
        ),
    ],
)
def test_calls_of_jms(port: Port, java: str, java_style: str, python_style: str) -> None:
    assert port(java, "java")[-1] == java_style
    assert port(java)[-1] == python_style


@pytest.mark.parametrize(
    ("java", "python"),
    [
        ('String s = "order " + total + " of " + name;', 's = f"order {self.total} of {name}"'),
        ('String s = "ready: " + ready;', 's = f"ready: {str(ready).lower()}"'),
        ('String s = "{" + name + "}\\t\\"";', 's = f"{{{name}}}\\t\\""'),
        ('String s = String.format("%-5s %d%n", name, 1);', 's = "%-5s %d\\n" % (name, 1)'),
        ('String s = """\n    two\n      lines\n    """;', 's = "two\\n  lines\\n"'),
        ('System.out.println("a" + 1 + 2);', 'print(f"a{1}{2}")'),
        ("int i = 7 / 2;", "i = 7 // 2"),
        ("double d = 7 / 2.0;", "d = 7 / 2.0"),
        ("int i = Integer.parseInt(name);", "i = int(name)"),
        ("int i = 0xFFFFFFFF;", "i = -1"),
        ("Thread.sleep(500);", "time.sleep(0.5)"),
        ("boolean b = !name.equals(null) && message == null;", "b = name != None and self.message is None"),
        ("boolean b = message instanceof TextMessage;", "b = isinstance(self.message, TextMessage)"),
        ("int n = ready ? 1 : 2;", "n = 1 if ready else 2"),
        ("List<String> l = new ArrayList<>(); l.add(name);", "l.append(name)"),
        ("Map<String, String> m = new HashMap<>(); m.put(name, null);", "m[name] = None"),
        ("CountDownLatch l = new CountDownLatch(1); l.await(3, TimeUnit.MINUTES);", "l.wait(3 * 60)"),
        ("int lambda = 1; lambda++;", "lambda_ += 1"),
        ("int messageCount = 1;", "message_count = 1"),
        ("Runnable r = () -> session.commit();", "r = lambda: self.session.commit()"),
        ("Runnable r = session::commit;", "r = self.session.commit"),
        ("byte[] b = new byte[]{1, -1};", "b = bytearray([1, -1 & 255])"),
        ("byte[] b = new byte[16];", "b = bytearray(16)"),
        ("byte b = (byte) 'A';", 'b = ord("A")'),
        ('String s = System.getenv("HOME");', 's = os.environ.get("HOME")'),
        ('int n = switch (name) { case "a", "b" -> 1; default -> 2; };', 'n = 1 if name == "a" or name == "b" else 2'),
    ],
)
def test_expressions(port: Port, java: str, python: str) -> None:
    assert port(java)[-1] == python


@pytest.mark.parametrize(
    ("java", "python"),
    [
        ("for (int i = 0; i < 3; i++) total += i;", "for i in range(3):\n    self.total += i"),
        ("int n = 2; for (int i = 1; i <= n; i++) { }", "n = 2\nfor i in range(1, n + 1):\n    pass"),
        (
            "for (int i = 1; i <= total; i++) { }",
            "i = 1\nwhile i <= self.total:\n    i += 1",
        ),
        (
            "for (int i = 9; i > 0; i -= 2) { if (ready) continue; total++; }",
            "i = 9\nwhile i > 0:\n    if ready:\n        i -= 2\n        continue\n    self.total += 1\n    i -= 2",
        ),
        (
            "do { total++; } while (total < 3);",
            "while True:\n    self.total += 1\n    if not self.total < 3:\n        break",
        ),
        (
            "Message m; while ((m = consumer.receive(1)) != null) { m.acknowledge(); }",
            "while (m := self.consumer.receive(0.001)) is not None:\n    m.acknowledge()",
        ),
        (
            (
                "Enumeration e = null; while (e.hasMoreElements()) { "
                "Message m = (Message) e.nextElement(); m.acknowledge(); }"
            ),
            "e = None\nfor m in e:\n    m.acknowledge()",
        ),
        (
            "if (ready) { } else if (total > 1) total = 1; else { total = 2; }",
            "if ready:\n    pass\nelif self.total > 1:\n    self.total = 1\nelse:\n    self.total = 2",
        ),
        (
            'switch (name) { case "a": case "b": total = 1; break; default: total = 2; }',
            'match name:\n    case "a" | "b":\n        self.total = 1\n    case _:\n        self.total = 2',
        ),
        (
            (
                "try { session.commit(); } catch (NumberFormatException | JMSException e) { "
                "throw new RuntimeException(e); }"
                " finally { session.close(); }"
            ),
            (
                "try:\n    self.session.commit()\nexcept (ValueError, JMSError) as e:\n"
                "    raise RuntimeError(e) from e\n"
                "finally:\n    self.session.close()"
            ),
        ),
        (
            "try (Session s = session; MessageConsumer c = s.createConsumer(null)) { c.receive(); }",
            "with self.session as s:\n    with s.create_consumer(None) as c:\n        c.receive()",
        ),
        (
            "consumer.setMessageListener(m -> { m.acknowledge(); });",
            "def on_message(m):\n    m.acknowledge()\nself.consumer.message_listener = on_message",
        ),
        (
            "consumer.setMessageListener(new MessageListener() { public void onMessage(Message m) { total++; } });",
            "def on_message(m):\n    self.total += 1\nself.consumer.message_listener = on_message",
        ),
        (
            "for (String each : List.of(name)) { new Thread(() -> { System.out.println(each); }).start(); }",
            (
                "for each in [name]:\n    def run(each=each):\n"
                "        print(each)\n    threading.Thread(target=run).start()"
            ),
        ),
        (
            (
                "consumer.setMessageListener(new MessageListener() { int n; "
                "public void onMessage(Message m) { n++; total++; } });"
            ),
            (
                "class OwnMessageListener:\n    def __init__(this):\n"
                "        this.n = 0\n\n    def on_message(this, m):\n"
                "        this.n += 1\n        self.total += 1\nself.consumer.message_listener = OwnMessageListener()"
            ),
        ),
        ("StringBuilder b = new StringBuilder(); b.append(name).append(1);", "b = []\nb += [str(name), str(1)]"),
    ],
)
def test_statements(port: Port, java: str, python: str) -> None:
    assert "\n".join(port(java)) == "\n".join(line for line in python.split("\n") if line)


@pytest.mark.parametrize(
    ("java", "python"),
    [
        ("Gson g = new Gson();", ["# TODO: g = new Gson()", 'g = todo("new Gson()")']),
        (
            "message.setStringProperty(name, new Gson().toJson(total));",
            [
                "# TODO: message.setStringProperty(name, new Gson().toJson(total));",
                'self.message.set_string_property(name, todo("new Gson().toJson(total)"))',
            ],
        ),
        (
            "while (new Gson().next()) {\nsession.commit(); }",
            [
                "# TODO: while (new Gson().next())",
                'while todo("new Gson().next()"):',
                "    self.session.commit()",
            ],
        ),
        (
            "outer: for (;;) {\n  break outer;\n}",
            [
                "# TODO: outer: for (;;) {",
                "#         break outer;",
                "#       }",
                'todo("outer: for (;;) { break outer; }")',
            ],
        ),
    ],
)
def test_what_is_not_translated_says_what_it_was(
    tmp_path: Path, port: Port, java: str, python: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.IMPORTS", f"{IMPORTS} import com.google.gson.Gson;")
    assert port(java) == python


def test_each_line_names_its_line_of_java(tmp_path: Path) -> None:
    path = tmp_path / "Program.java"
    path.write_text("class Program {\n  static int one() {\n    // the first\n    return 1;\n  }\n}\n")
    assert draft_of(JavaProgram.read(path)) == (
        "class Program:  # Java: 1\n    @staticmethod  # Java: 2\n    def one():  # Java: 2\n"
        "        # the first  # Java: 3\n        return 1  # Java: 4\n"
    )


def test_an_inner_class_reaches_the_object_around_it(tmp_path: Path) -> None:
    path = tmp_path / "Outer.java"
    path.write_text(
        "class Outer { int seen; void run() { new Inner(2).count(); }\n"
        "class Inner { int by; Inner(int by) { this.by = by; } void count() { seen += by; } }\n"
        "public static void main(String[] args) { Outer o = new Outer(); o.run(); System.out.println(o.seen); } }"
    )
    assert run(draft_of(JavaProgram.read(path)), tmp_path) == "2\n"


@pytest.mark.parametrize(
    ("members", "printed"),
    [
        (
            ("static void all(String... words) { for (String w : words) System.out.println(w); }"
            ' public static void main(String... args) { all("a", "b"); String[] more = {"c"}; all(more); all(args); }'),
            "a\nb\nc\nargument\n",
        ),
        (
            ("static class Failure extends RuntimeException { Failure(String why, Exception e) { super(why, e); } }"
            " public static void main(String[] args) { try { throw new Failure(args[0], null); }"
            ' catch (Failure e) { System.out.println(e.getMessage() + ", " + e.getCause()); } }'),
            "argument, None\n",
        ),
        (
            ("int n = 1; Runnable outer() { return new Runnable() { int n = 2; public void run() {"
            " class Local { int n = 3; void show(int more) { System.out.println(n + more); } }"
            " new Local().show(n); n++; System.out.println(n); } }; }"
            " public static void main(String[] args) { new Thread(new Program().outer()).start(); }"),
            "5\n3\n",
        ),
        (
            ("static int limit = 2; static int asked; static int next() { asked++; return limit; }"
            " public static void main(String[] args) { for (int i = 0; i < next(); i++) { if (i == 1) limit = 4; }"
            " System.out.println(asked); }"),
            "5\n",
        ),
        (
            ("enum Kind { QUEUE, TOPIC } record Place(Kind kind, String name) {}"
            " static String of(Place p) { switch (p.kind()) { case QUEUE: return \"queue \" + p.name();"
            " default: return \"topic \" + p.name(); } }"
            " public static void main(String[] args) { System.out.println(of(new Place(Kind.QUEUE, args[0]))); }"),
            "queue argument\n",
        ),
        (
            ("public static void main(String[] args) throws Exception { String line;"
            " BufferedReader in = new BufferedReader(new InputStreamReader(System.in));"
            ' while ((line = in.readLine()) != null) System.out.println("> " + line); }'),
            "> one\n> \n> three\n",
        ),
    ],
)  # fmt: skip
def test_a_draft_does_what_java_does(members: str, printed: str, tmp_path: Path) -> None:
    path = tmp_path / "Program.java"
    path.write_text(f"{IMPORTS} import java.io.*;\nclass Program {{ {members} }}")
    draft = draft_of(JavaProgram.read(path))
    assert open_lines(draft) == 0, draft
    assert run(draft, tmp_path, "argument", typed="one\n\nthree") == printed


def run(draft: str, folder: Path, *arguments: str, typed: str = "") -> str:
    """Run a draft; return what it printed."""
    path = folder / "draft.py"
    path.write_text(draft)
    result = subprocess.run(
        [sys.executable, "-W", "error", str(path), *arguments],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'transports'}"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("style", ["java", "python"])
@pytest.mark.parametrize("program", GUIDE, ids=lambda path: path.stem)
def test_drafts_of_the_guide_run_as_they_are(program: Path, style: StyleName, tmp_path: Path) -> None:
    draft = draft_of(JavaProgram.read(program), style)
    ast.parse(draft)
    assert open_lines(draft) == TO_FINISH.get(program.stem, 0)
    if program.stem in TO_FINISH:
        return
    names = program.with_name("jndi.properties")
    if names.exists():
        native = names.read_text().replace("tcp://localhost:61616", "native://draft").replace("clientID=", "client_id=")
        (tmp_path / "jndi.properties").write_text(native)
    printed = run(draft, tmp_path, *([] if names.exists() else ["native://draft"]))
    expected = (program.with_name("output.txt")).read_text()
    for line in expected.splitlines():
        assert line in printed
    assert len(printed) == len(expected), "lines of several threads may mix, as print writes the end of a line apart"
