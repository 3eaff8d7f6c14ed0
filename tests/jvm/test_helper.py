"""The jar in the repository is that of the sources beside it."""

from __future__ import annotations

import os
from zipfile import ZipFile

import pytest

from tests.brokers import UnavailableError
from tests.jvm import helper


def test_jar_is_built_from_these_sources() -> None:
    assert helper.manifest()["Sources"] == helper.sources_hash(), "build it again: make helper"


def test_jar_has_each_class_for_both_packages_of_the_api() -> None:
    with ZipFile(helper.JAR) as jar:
        names = set(jar.namelist()) - {helper.MANIFEST}
    later = {name for name in names if name.startswith("jmslike/jakarta/")}
    assert names == later | {name.replace("/jakarta/", "/javax/") for name in later}


@pytest.mark.broker
def test_sources_give_the_classes_of_the_jar() -> None:
    made_with = helper.manifest()["Created-By"]
    try:
        version = helper.javac_version()
        classes = helper.classes()
    except UnavailableError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
    if version.split(".")[0] != made_with.split(".")[0]:
        pytest.skip(f"the jar is of javac {made_with}, and this is {version}")
    with ZipFile(helper.JAR) as jar:
        assert {name: jar.read(name) for name in jar.namelist() if name != helper.MANIFEST} == classes
