"""Drafts of `jmslike port` run, and do what the Java program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.porting.draft import StyleName, draft_of, open_lines
from tests.unit.migration.test_drafts import IMPORTS, run


def finished(members: str, folder: Path, style: StyleName = "java") -> str:
    """Return the draft of a program, which leaves nothing open."""
    made = draft(members, folder, style)
    assert open_lines(made) == 0, made
    return made


def draft(members: str, folder: Path, style: StyleName = "java") -> str:
    path = folder / "Program.java"
    path.write_text(f"{IMPORTS} class Program {{ {members} }}")
    return draft_of(JavaProgram.read(path), style)


@pytest.mark.parametrize("style", ["java", "python"])
def test_a_queue_between_threads_leaves_the_name_queue_to_jms(style: StyleName, tmp_path: Path) -> None:
    members = """
        public static void main(String[] args) throws Exception {
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            seen.put("one");
            Destination queue = new ActiveMQConnectionFactory("native://draft").createContext()
                .createQueue("orders");
            System.out.println(queue instanceof Queue);
            System.out.println(seen.poll(1, TimeUnit.SECONDS) + ", " + seen.poll());
        }"""
    assert run(finished(members, tmp_path, style), tmp_path) == "true\none, None\n"


def test_hash_codes_of_texts_are_those_of_java(tmp_path: Path) -> None:
    members = """
        public static void main(String[] args) {
            Object unknown = "order";
            System.out.println("".hashCode() + " " + "order-1".hashCode() + " " + unknown.hashCode());
            System.out.println("héllo 😀".hashCode());
        }"""
    assert run(finished(members, tmp_path), tmp_path) == "0 -1207111310 106006350\n395407605\n"


@pytest.mark.parametrize("style", ["java", "python"])
def test_lambdas_and_objects_stand_for_an_interface_of_the_program(style: StyleName, tmp_path: Path) -> None:
    members = """
        interface Handler { String handleOne(String m); }
        static class Loud implements Handler { public String handleOne(String m) { return m.toUpperCase(); } }
        static String use(Handler h, String m) { return h.handleOne(m); }
        public static void main(String[] args) {
            Map<String, Handler> handlers = new HashMap<>();
            handlers.put("a", m -> m + "!");
            handlers.put("b", new Loud());
            Handler anonymous = new Handler() { public String handleOne(String m) { return "(" + m + ")"; } };
            System.out.println(handlers.get("a").handleOne("x") + handlers.get("b").handleOne("y"));
            System.out.println(use(anonymous, "z") + use(anonymous::handleOne, "z") + new Loud().handleOne("n"));
        }"""
    assert run(finished(members, tmp_path, style), tmp_path) == "x!Y\n(z)(z)N\n"


def test_a_function_has_no_default_methods(tmp_path: Path) -> None:
    members = """
        interface Handler { void handle(String m); default void twice(String m) { handle(m); handle(m); } }
        void start(Handler h) { start(m -> System.out.println(m)); h.twice("x"); }"""
    assert "# TODO: h.twice" in draft(members, tmp_path)


@pytest.mark.parametrize("style", ["java", "python"])
def test_a_checked_exception_is_left_to_its_own_handler(style: StyleName, tmp_path: Path) -> None:
    members = """
        static void fail(int how) throws JMSException, TimeoutException, java.io.IOException {
            if (how == 0) throw new JMSException("no");
            if (how == 1) throw new TimeoutException("late");
            if (how == 2) throw new IllegalArgumentException("never");
            throw new java.io.IOException("disk");
        }
        public static void main(String[] args) {
            for (int i = 0; i < 4; i++) {
                try { fail(i); }
                catch (RuntimeException e) { System.out.println("unchecked"); }
                catch (java.io.IOException e) { System.out.println("disk"); }
                catch (TimeoutException e) { System.out.println("late"); }
                catch (JMSException e) { System.out.println("jms"); }
            }
        }"""
    made = finished(members, tmp_path, style)
    assert run(made, tmp_path) == "jms\nlate\nunchecked\ndisk\n"


@pytest.mark.parametrize(
    "members",
    [
        "void a() { try { a(); } catch (RuntimeException e) { a(); } catch (Exception e) { } }",
        "void a() throws JMSException { try { a(); } catch (RuntimeException e) { } }",
        "void a() { try { try { a(); } catch (RuntimeException e) { } } catch (JMSException e) { } }",
    ],
)
def test_what_python_cannot_tell_apart_is_marked(members: str, tmp_path: Path) -> None:
    assert open_lines(draft(members, tmp_path)) == 1
