pytest_plugins = ["jmslike.testing.plugin", "tests.brokers.fixtures"]
