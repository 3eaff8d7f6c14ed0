"""Programs that use JMS, read but never run: what `jmslike check` and `jmslike port` have in common."""
