"""One adapter per protocol; each implements `jmslike.spi`."""
