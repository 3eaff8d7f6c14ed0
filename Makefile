# Everything a contributor runs. Each target makes the virtual environment and installs what it needs; nothing but
# Python 3.11 or newer has to be there. The stamps in .venv make a second run quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.NOTPARALLEL:
.PHONY: demo test lint bench docs coverage-of-semantics mutation soak brokers brokers-stop clean

demo: $(VENV)/.has-cli
	$(BIN)/jmslike compare examples/orders.csv

test: $(VENV)/.has-cli $(VENV)/.has-test
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.has-cli $(VENV)/.has-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.has-bench $(VENV)/.has-cli
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.has-cli $(VENV)/.has-test
	$(BIN)/python -m tests.compatibility
	$(BIN)/python -m pytest tests/test_docs.py

coverage-of-semantics: $(VENV)/.has-cli $(VENV)/.has-test
	$(BIN)/python -m tests.coverage_of_semantics

# For example: make mutation ARGS="--sample 100 --seed 7 jmslike/session.py"
mutation: $(VENV)/.has-cli $(VENV)/.has-test $(VENV)/.has-mutation
	$(BIN)/python -m tests.mutation $(ARGS)

# For example: make soak ARGS="--messages 5000000"
soak: $(VENV)/.has-cli
	$(BIN)/python -m tests.soak $(ARGS)

# Real brokers to try things on, which keep running; for example: make brokers ARGS="artemis rabbitmq"
brokers: | $(BIN)/python
	$(BIN)/python -m tests.brokers start $(ARGS)

brokers-stop: | $(BIN)/python
	$(BIN)/python -m tests.brokers stop $(ARGS)

clean:
	test ! -d .brokers || $(PYTHON) -m tests.brokers stop
	rm -rf .brokers $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jmslike needs Python 3.11 or newer; name one with: make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.has-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
