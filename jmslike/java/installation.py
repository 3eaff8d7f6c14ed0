"""Modules under the names of Java's packages, so that a Jython script imports what it imported."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

import jmslike.java
from jmslike.java import naming, vendors

NAMING: Final = ("Context", "InitialContext", "NameNotFoundException", "NamingException")


def install() -> None:
    """Make javax.jms, jakarta.jms and javax.naming importable, the connection factories of Java's client libraries, and
    Hashtable and Properties of java.util, in which programs gather the environment of an InitialContext.

    The factories are `org.apache.activemq.ActiveMQConnectionFactory`, `org.apache.qpid.jms.JmsConnectionFactory`,
    `org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory` and
    `com.rabbitmq.jms.admin.RMQConnectionFactory`. A package of the same name that is installed stays, and gets these
    names. A second call does nothing.
    """
    jms = {name: getattr(jmslike.java, name) for name in jmslike.java.__all__ if name not in ("install", *NAMING)}
    packages: Mapping[str, Mapping[str, Any]] = {
        "javax.jms": jms,
        "jakarta.jms": jms,
        "javax.naming": {name: getattr(naming, name) for name in NAMING},
        "java.util": {"Hashtable": naming.Hashtable, "Properties": naming.Properties},
    }
    factories = {name.rpartition(".")[0]: {name.rpartition(".")[2]: each} for name, each in vendors.FACTORIES.items()}
    for package, names in [*packages.items(), *factories.items()]:
        vars(_package(package)).update(names)


def _package(name: str) -> ModuleType:
    """Return the package of that name; one that cannot be imported is made, in the package around it."""
    parent, _, last = name.rpartition(".")
    around = _package(parent) if parent else None
    try:
        return import_module(name)
    except ModuleNotFoundError:
        made = sys.modules[name] = ModuleType(name, f"Names of Java's package {name}, made by `jmslike.java.install`.")
    made.__path__ = []
    made.__spec__ = ModuleSpec(name, None, is_package=True)
    if around is not None:
        setattr(around, last, made)
    return made
