import signal

from hypothesis import settings

pytest_plugins = ["jmslike.testing.plugin", "tests.brokers.fixtures", "tests.selection"]

settings.register_profile("any machine", deadline=None)  # no test of a time: machines differ
settings.load_profile("any machine")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
