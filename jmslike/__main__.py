"""`python -m jmslike` is the same as `jmslike`."""

from jmslike.cli import main

main()
