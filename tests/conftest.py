pytest_plugins = ["jmslike.testing.plugin"]
