"""The transport over the Java client of any provider, which runs in a JVM inside this process.

`java/` has the sources of `helper.jar`, which does in Java what would take many calls from Python.
"""
