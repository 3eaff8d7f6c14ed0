"""`python -m jmslike.cli` is the same as `jmslike`."""

from jmslike.cli import main

main()
