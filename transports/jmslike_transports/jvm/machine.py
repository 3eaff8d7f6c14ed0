"""The JVM: one for the process, started once, with a class loader for each class path."""

from __future__ import annotations

import logging
import os
import platform
import shlex
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import jpype
import jpype.config

from jmslike import ending
from jmslike.errors import JMSError
from jmslike_transports.jvm import crossings
from jmslike_transports.jvm.crossings import check_process, cross

_log = logging.getLogger("jmslike.jvm")

OPTIONS_VARIABLE: Final = "JMSLIKE_JVM_OPTIONS"
HELPER: Final = Path(__file__).with_name("helper.jar")
OLDEST: Final = 17

_OPTIONS: Final = (
    "-Xrs",  # signals are Python's
    "-Xmx256m",
    "-XX:-UsePerfData",  # no file in the system's temporary folder
    "-Dslf4j.internal.verbosity=ERROR",  # not a word on standard error where a client logs to nowhere
)
_COLLECTOR: Final = "-XX:+UseSerialGC"
_LOGGING: Final = "java.util.logging"
_APIS: Final = {"jakarta.jms.ConnectionFactory": "jakarta", "javax.jms.ConnectionFactory": "javax"}
_SET_JAVA_HOME: Final = "set JAVA_HOME to the folder of a JDK or JRE, 17 or newer"

_LIBRARIES: Final = {
    "Darwin": ("lib/libjli.dylib", "jre/lib/jli/libjli.dylib"),
    "Windows": ("bin/server/jvm.dll", "jre/bin/server/jvm.dll"),
}
_LIBRARIES_ELSEWHERE: Final = ("lib/server/libjvm.so", f"jre/lib/{platform.machine()}/server/libjvm.so")

_lock: Final = threading.Lock()
_started: Final[list[bool]] = []
_loaders: Final[dict[tuple[str, ...], Any]] = {}


@dataclass(frozen=True)
class Bridge:
    """The helper's classes for one class path, in the package of the API that its client implements."""

    loader: Any = field(repr=False)
    api: str
    """`jakarta` or `javax`."""

    @cached_property
    def client(self) -> Any:
        """The class `Client`."""
        return self.named("Client")

    def named(self, name: str) -> Any:
        """Return a class of the helper by its simple name."""
        return cross(class_of, self.loader, f"jmslike.{self.api}.{name}")


def start() -> None:
    """Start the JVM, or use the one that the program has started by JPype. Does nothing the second time.

    Raises JMSError if there is none, or if it cannot be used; IllegalStateError in a forked child.
    """
    check_process()  # before the lock, which a forked child may find held
    with _lock:
        if _started:
            return
        with _as_jms_error():
            if jpype.isJVMStarted():
                _adopt()
            else:
                _start()
            _require_version(jpype.getJVMVersion(), "that this process has started")
        _started.append(True)


def loader_of(class_path: tuple[str, ...]) -> Any:
    """Return the class loader of these jars and of the helper: the same one for the same class path.

    Starts the JVM; raises as `start` does.
    """
    start()
    with _lock:
        if class_path not in _loaders:
            _loaders[class_path] = cross(_new_loader, (*class_path, str(HELPER)))
        return _loaders[class_path]


def bridge_of(loader: Any, factory: Any) -> Bridge:
    """Return the helper's classes for a connection factory of that loader. Raises ValueError for something else."""
    for interface, api in _APIS.items():
        try:
            if cross(class_of(loader, interface).class_.isInstance, factory):
                return Bridge(loader, api)
        except jpype.JException:  # the class path has not this API
            continue
    found = cross(lambda: str(factory.getClass().getName()))
    raise ValueError(f"{found} is no ConnectionFactory of jakarta.jms or javax.jms")


def class_of(loader: Any, name: str) -> Any:
    """Return a class of that loader. Raises java.lang.ClassNotFoundException as it is."""
    return jpype.JClass(name, loader=loader)


@contextmanager
def context_of(loader: Any) -> Iterator[None]:
    """Make it the context class loader of this thread meanwhile: what a client looks up by name is found there."""
    thread = cross(lambda: jpype.JClass("java.lang.Thread").currentThread())
    before = cross(thread.getContextClassLoader)
    cross(thread.setContextClassLoader, loader)
    try:
        yield
    finally:
        cross(thread.setContextClassLoader, before)


def _new_loader(class_path: tuple[str, ...]) -> Any:
    file, loaders = jpype.JClass("java.io.File"), jpype.JClass("java.lang.ClassLoader")
    urls = [file(path).toURI().toURL() for path in class_path]
    return jpype.JClass("java.net.URLClassLoader")(
        jpype.JArray(jpype.JClass("java.net.URL"))(urls), loaders.getPlatformClassLoader()
    )


def found() -> str:
    """Return which Java would be started, or is in use. Raises JMSError as `start` does; starts nothing."""
    with _as_jms_error():
        if jpype.isJVMStarted():
            version, where = jpype.getJVMVersion(), "in this process"
        else:
            version, where = _release(_library())
        _require_version(version, where)
    return f"Java {'.'.join(map(str, version))} {where}" if any(version) else f"Java {where}"


# ---- starting -------------------------------------------------------------------------------------------------------


@contextmanager
def _as_jms_error() -> Iterator[None]:
    """Turn a ValueError, of a setting that cannot work, into a JMSError with this cause."""
    try:
        yield
    except ValueError as error:
        raise JMSError(str(error)) from error


def _start() -> None:
    library, options = _library(), _options(os.environ.get(OPTIONS_VARIABLE, ""))
    _require_version(*_release(library))
    try:
        jpype.startJVM(*options, jvmpath=library, classpath=[], convertStrings=False, interrupt=False)
    except Exception as error:  # JPype raises what comes: OSError, RuntimeError, a Java exception
        raise ValueError(
            f"the JVM {library} does not start with {' '.join(options)}: {error}; {OPTIONS_VARIABLE} may hold other "
            "options"
        ) from error
    jpype.config.onexit = False  # it would wait for the threads of clients
    if not any(_LOGGING in option for option in options):  # a client's failures reach the caller as errors
        jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    ending.after_connections(_leave)


def _adopt() -> None:
    """Use the program's own JVM. It ends as the program wants it, once the connections have ended."""
    if "-Xrs" not in _arguments():
        _log.warning(
            "the program has started the JVM without -Xrs: Ctrl-C and SIGTERM end the process inside Java, past "
            "`finally` and the connections' end; call jpype.startJVM('-Xrs', interrupt=False), or leave it to jvm:"
        )
    shuts_down = jpype.config.onexit
    jpype.config.onexit = False

    def leave() -> None:
        if crossings.end() and shuts_down:
            jpype.shutdownJVM()

    ending.after_connections(leave)


def _leave() -> None:
    if crossings.end():
        jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()  # a Java thread that calls Python


def _arguments() -> list[str]:
    try:
        beans = jpype.JClass("java.lang.management.ManagementFactory")
    except TypeError:  # a JVM without that module
        return ["-Xrs"]
    return [str(argument) for argument in beans.getRuntimeMXBean().getInputArguments()]


def _options(more: str) -> list[str]:
    try:
        own = shlex.split(more)
    except ValueError as error:
        raise ValueError(f"{OPTIONS_VARIABLE} is no list of options: {error}") from error
    chosen = any(option.startswith("-XX:+Use") and option.endswith("GC") for option in own)
    return [*_OPTIONS, *(() if chosen else (_COLLECTOR,)), *own]


def _library() -> str:
    """Return the path of the JVM: that of JAVA_HOME, else that of PATH, else where the system has them."""
    named = os.environ.get("JAVA_HOME")
    if named:
        found = _library_in(Path(named))
        if found is None:
            raise ValueError(f"JAVA_HOME is {named!r}, where there is no JVM; {_SET_JAVA_HOME}")
        return found
    program = shutil.which("java")
    found = _library_in(Path(program).resolve().parent.parent) if program else None
    if found is None:
        try:
            return str(jpype.getDefaultJVMPath())
        except (jpype.JVMNotFoundException, jpype.JVMNotSupportedException) as error:
            raise ValueError(f"jvm: needs a JVM, and finds none by JAVA_HOME or PATH; {_SET_JAVA_HOME}") from error
    return found


def _library_in(home: Path) -> str | None:
    for library in _LIBRARIES.get(platform.system(), _LIBRARIES_ELSEWHERE):
        if (home / library).is_file():
            return str(home / library)
    return None


def _release(library: str) -> tuple[tuple[int, ...], str]:
    """Return the version that the folder of a JVM says, (0,) for an unknown one, and the folder."""
    for folder in Path(library).resolve().parents[1:5]:
        release = folder / "release"
        if release.is_file():
            for line in release.read_text(errors="replace").splitlines():
                name, _, value = line.partition("=")
                if name == "JAVA_VERSION":
                    parts = value.strip('"').replace("_", ".").replace("-", ".").replace("+", ".").split(".")
                    return tuple(int(part) for part in parts if part.isdecimal()), str(folder)
    return (0,), library


def _require_version(version: tuple[int, ...], where: str) -> None:
    """Raise ValueError for a JVM that is too old; (0,) is an unknown one. Java 8 is version 1.8."""
    if (1,) <= version < (OLDEST,):
        found = version[1] if version[0] == 1 and len(version) > 1 else version[0]
        raise ValueError(f"jvm: needs Java {OLDEST} or newer, and finds Java {found}: {where}; {_SET_JAVA_HOME}")
