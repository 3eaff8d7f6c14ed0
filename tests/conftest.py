from hypothesis import settings

pytest_plugins = ["jmslike.testing.plugin", "tests.brokers.fixtures", "tests.selection"]

settings.register_profile("any machine", deadline=None)  # how long something takes is no test
settings.load_profile("any machine")
