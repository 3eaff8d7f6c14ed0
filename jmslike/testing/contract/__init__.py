"""The contract suite of the SPI: at least one test for each of the clauses C1 to C16 of `jmslike.spi`.

A transport runs it by a test file of a few lines, with the harness of `jmslike.testing`:

    import pytest

    from jmslike.testing import Harness
    from jmslike.testing.contract.suite import *


    @pytest.fixture(scope="session")
    def harness():
        return Harness("my broker", "mine://localhost:1234")

The docstring of each test starts with the number of its clause. Features that a transport does not declare in its
`Capabilities` are not tested, nor is the loss of the link (C10) without the harness' `cut`.
"""
