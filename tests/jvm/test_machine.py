"""The JVM of a process: its start, its class paths, what a forked child hears, and its end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.jvm.programs import PATIENCE, output_of, result_of, started

REFUSED = """
    from jmslike.errors import JMSError
    from jmslike_transports.jvm import machine
    try:
        machine.loader_of(())
    except JMSError as error:
        print(type(error).__name__, error)
"""


def home(folder: Path, version: str) -> str:
    """Return a folder that looks like a JVM of that version."""
    for library in ("lib/server/libjvm.so", "lib/libjli.dylib", "bin/server/jvm.dll"):
        (folder / library).parent.mkdir(parents=True, exist_ok=True)
        (folder / library).write_bytes(b"")
    (folder / "release").write_text(f'IMPLEMENTOR="A"\nJAVA_VERSION="{version}"\n')
    return str(folder)


# ---- a JVM that cannot be used --------------------------------------------------------------------------------------


def test_a_java_home_without_a_jvm_is_named(tmp_path: Path) -> None:
    said = output_of(REFUSED, JAVA_HOME=str(tmp_path))
    assert said == (
        f"JMSError JAVA_HOME is {str(tmp_path)!r}, where there is no JVM; "
        "set JAVA_HOME to the folder of a JDK or JRE, 17 or newer"
    )


USES = """
    from jmslike_transports.jvm.factory import factory
    print(factory.uses())
"""


def test_what_there_is_can_be_told_without_a_start(tmp_path: Path) -> None:
    java, jars = home(tmp_path / "java", "21.0.2"), tmp_path / "jars"
    jars.mkdir()
    for name in ("a.jar", "b.jar"):
        (jars / name).touch()
    assert output_of(USES, JAVA_HOME=java, JMSLIKE_JVM_CLASSPATH=str(jars)) == (
        f"Java 21.0.2 {java}; class path: 2 jars in {jars}"
    )
    assert output_of(USES, JAVA_HOME=java, JMSLIKE_JVM_CLASSPATH="") == (
        f"Java 21.0.2 {java}; class path: none in JMSLIKE_JVM_CLASSPATH"
    )


@pytest.mark.parametrize(("version", "shown"), [("11.0.2", "11"), ("1.8.0_402", "8"), ("16", "16")])
def test_an_old_jvm_is_refused_before_it_is_started(tmp_path: Path, version: str, shown: str) -> None:
    said = output_of(REFUSED, JAVA_HOME=home(tmp_path, version))
    assert f"JMSError jvm: needs Java 17 or newer, and finds Java {shown}: {tmp_path}; set JAVA_HOME" in said


def test_a_jvm_that_does_not_start_is_named_with_its_options(tmp_path: Path) -> None:
    said = output_of(REFUSED, JAVA_HOME=home(tmp_path, "21.0.1"), JMSLIKE_JVM_OPTIONS="-Xmx64m")
    assert "does not start with -Xrs" in said
    assert "-Xmx64m" in said
    assert "JMSLIKE_JVM_OPTIONS may hold other options" in said


def test_options_that_are_no_list_are_refused() -> None:
    assert "JMSError JMSLIKE_JVM_OPTIONS is no list of options" in output_of(REFUSED, JMSLIKE_JVM_OPTIONS="'")


# ---- a JVM ----------------------------------------------------------------------------------------------------------


@pytest.mark.broker
def test_each_class_path_has_one_loader() -> None:
    said = output_of("""
        import jpype
        from jmslike_transports.jvm import machine
        one, other = machine.loader_of(()), machine.loader_of(("/another.jar",))
        assert machine.loader_of(()) is one and not one.equals(other)
        assert one.loadClass("jmslike.jakarta.Records").getClassLoader().equals(one)
        runtime = jpype.JClass("java.lang.Runtime").getRuntime()
        print(runtime.maxMemory() <= 256 * 2**20)
    """)
    assert said == "True"


@pytest.mark.broker
def test_options_of_the_variable_go_before_ours() -> None:
    said = output_of(
        """
        import jpype
        from jmslike_transports.jvm import machine
        machine.start()
        system, runtime = jpype.JClass("java.lang.System"), jpype.JClass("java.lang.Runtime").getRuntime()
        print(runtime.maxMemory() <= 64 * 2**20, system.getProperty("a.b"))
        """,
        JMSLIKE_JVM_OPTIONS="-Xmx64m -XX:+UseParallelGC '-Da.b=c d'",
    )
    assert said == "True c d"


@pytest.mark.broker
def test_what_is_no_connection_factory_is_refused() -> None:
    said = output_of("""
        import jpype
        from jmslike_transports.jvm import machine
        loader = machine.loader_of(())
        try:
            machine.bridge_of(loader, jpype.JClass("java.util.ArrayList")())
        except ValueError as error:
            print(error)
    """)
    assert said == "java.util.ArrayList is no ConnectionFactory of jakarta.jms or javax.jms"


@pytest.mark.broker
def test_many_threads_call_java_and_end() -> None:
    said = output_of("""
        import threading
        import jpype
        from jmslike_transports.jvm import machine
        from jmslike_transports.jvm.crossings import cross
        machine.start()

        def fail():
            try:
                cross(cross(jpype.JClass("java.util.ArrayList")).get, 1)
            except jpype.JException as error:
                threading.current_thread().failure = error

        for _ in range(50):
            threads = [threading.Thread(target=fail) for _ in range(40)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        print(all(thread.failure for thread in threads))
    """)
    assert said == "True"


@pytest.mark.broker
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_is_told_and_ends() -> None:
    said = output_of("""
        import os, sys, warnings
        import jpype
        from jmslike.errors import IllegalStateError
        from jmslike_transports.jvm import machine
        from jmslike_transports.jvm.crossings import cross
        warnings.simplefilter("ignore")
        machine.start()
        now = jpype.JClass("java.lang.System").nanoTime
        child = os.fork()
        if child == 0:
            for use in (lambda: cross(now), machine.start, lambda: machine.loader_of(())):
                try:
                    use()
                except IllegalStateError as error:
                    assert "another process" in str(error)
                else:
                    sys.exit(1)
            sys.exit(7)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, cross(now) > 0)
    """)
    assert said == "7 True"


@pytest.mark.broker
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_that_was_forked_before_starts_a_jvm_of_its_own() -> None:
    said = output_of("""
        import os, sys
        from jmslike_transports.jvm import machine
        child = os.fork()
        if child == 0:
            machine.start()
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """)
    assert said == "7"


# ---- signals and the end --------------------------------------------------------------------------------------------


@pytest.mark.broker
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("sent", "said"), [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "SystemExit")])
def test_signals_are_pythons(sent: signal.Signals, said: str) -> None:
    program = started("""
        import signal, sys, threading
        import jpype
        from jmslike_transports.jvm import machine
        from jmslike_transports.jvm.crossings import cross
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(3))
        machine.start()
        sleep = jpype.JClass("java.lang.Thread").sleep
        def cross_often():
            while True:
                cross(sleep, 20)
        threading.Thread(target=cross_often, daemon=True).start()
        try:
            print("waits", flush=True)
            threading.Event().wait()
        except BaseException as error:
            print(type(error).__name__)
        finally:
            print("finally")
    """)
    with program:
        assert program.stdout is not None
        assert program.stdout.readline() == "waits\n"
        program.send_signal(sent)
        out, err = program.communicate(timeout=PATIENCE)
    assert (out.split(), err, program.returncode) == ([said, "finally"], "", 0)


@pytest.mark.broker
def test_a_program_ends_while_its_threads_cross() -> None:
    """Without a wait for them, the process would abort."""
    said = output_of("""
        import threading
        import jpype
        from jmslike_transports.jvm import machine
        from jmslike_transports.jvm.crossings import cross
        machine.start()
        sleep = jpype.JClass("java.lang.Thread").sleep
        crossed = threading.Barrier(5)
        def cross_often():
            cross(sleep, 1)
            crossed.wait()
            while True:
                cross(sleep, 5)
        for _ in range(4):
            threading.Thread(target=cross_often, daemon=True).start()
        crossed.wait()
        print("ends")
    """)
    assert said == "ends"


@pytest.mark.broker
def test_a_program_ends_although_java_has_threads() -> None:
    said = output_of("""
        import jpype
        from jmslike_transports.jvm import machine
        machine.start()
        timer = jpype.JClass("java.util.Timer")(False)
        print(timer is not None)
    """)
    assert said == "True"


@pytest.mark.broker
@pytest.mark.parametrize(("options", "warnings"), [("", 1), ('"-Xrs", ', 0)])
def test_a_jvm_of_the_program_is_used_and_ends_as_the_program_wants(
    tmp_path: Path, options: str, warnings: int
) -> None:
    file = tmp_path / "left"
    file.write_text("")
    result = result_of(f"""
        import logging
        import jpype
        from jmslike_transports.jvm import machine
        logging.basicConfig()
        jpype.startJVM({options}"-Da.b=c", interrupt=False)
        machine.start()
        print(jpype.JClass("java.lang.System").getProperty("a.b"))
        jpype.JClass("java.io.File")({str(file)!r}).deleteOnExit()
    """)
    assert (result.returncode, result.stdout) == (0, "c\n")
    assert result.stderr.count("started the JVM without -Xrs") == warnings
    assert not file.exists()
