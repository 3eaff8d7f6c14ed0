# Everything a contributor runs. Each target makes the virtual environment and installs what it needs; nothing but
# Python 3.11 or newer has to be there, except for test-brokers, which needs Java 17, Maven and RabbitMQ, too. The stamps
# in .venv make a second run quick.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PYTHONS := python3.11 python3.12 python3.13 python3.14
TARGETS_OF_KILLS := artemis activemq rabbitmq rabbitmq-amqp jvm-artemis

.NOTPARALLEL:
.PHONY: demo sample site unit fix lint check test test-browser test-brokers test-suites test-faults test-pythons test-python test-long
.PHONY: pythons environment
.PHONY: bench docs helper coverage-of-semantics mutation soak brokers brokers-stop clean

demo: $(VENV)/.has-demo
	@mkdir -p build
	$(BIN)/jmslike compare examples/orders.csv --repeats 6 --run 0.1 --json build/demo.json --html build/demo.html

# The report that the README shows, from a run on a quiet machine: in memory beside a folder
sample: $(VENV)/.has-test $(VENV)/.has-browser
	@mkdir -p build
	rm -rf /tmp/jmslike-sample
	$(BIN)/jmslike compare examples/orders.csv native:// native:///tmp/jmslike-sample --repeats 10 --run 0.1 --json build/sample.json
	rm -rf /tmp/jmslike-sample
	$(BIN)/python -m tests.browser.sample build/sample.json docs/sample

# The documentation as pages for a browser, in build/site
site: $(VENV)/.has-site
	$(BIN)/python website/pages.py
	$(BIN)/zensical build --strict --clean --config-file build/zensical.toml

# The inner loop: one process, no broker, a few minutes. For example: make unit ARGS="-k listener"
unit: $(VENV)/.has-test
	$(PYTEST) -m "not slow" tests/unit $(ARGS)

fix: $(VENV)/.has-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/.has-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint unit

# Everything that needs nothing but Python, in a process for each core
test: $(VENV)/.has-test
	$(PYTEST) --numprocesses auto --dist loadgroup -m "not broker and not faults and not browser" $(ARGS)

# The HTML report and the site in a headless Chromium, which root gets from Debian's package if there is none
test-browser: $(VENV)/.has-test $(VENV)/.has-browser site
	$(PYTEST) -m browser tests/browser $(ARGS)

# Everything that needs a real broker, or Java
test-brokers: test-suites test-faults

# The suites of three brokers side by side, each broker in one process: they mostly wait for answers
test-suites: $(VENV)/.has-test
	$(PYTEST) --numprocesses 3 --dist loadgroup -m "broker and not faults and not long" $(ARGS)

test-faults: $(VENV)/.has-test
	$(PYTEST) --numprocesses 2 --dist loadgroup -m faults $(ARGS)

# The quick tests on each other CPython that is installed under its name
test-pythons: pythons
	$(call on_each_python,test-python)

# Their environments. To install one changes files that running tests read
pythons:
	$(call on_each_python,environment)

environment: $(VENV)/.has-test

define on_each_python
	@for python in $(PYTHONS); do \
		if ! $$python -c '' 2>/dev/null; then \
			echo "$$python is not installed: skipped"; \
		elif [ "$$($$python -V | cut -d. -f1,2)" != "$$($(PYTHON) -V | cut -d. -f1,2)" ]; then \
			$(MAKE) $(1) PYTHON=$$python VENV=$(VENV)/$$python || exit 1; \
		fi; \
	done
endef

test-python: $(VENV)/.has-test
	$(PYTEST) --numprocesses auto --dist loadgroup -m "not slow" tests/unit tests/conformance/test_native.py \
		tests/conformance/test_native_folder.py

# By hand, for some hours
test-long: $(VENV)/.has-test
	JMSLIKE_STRESS_SECONDS=60 $(PYTEST) tests/unit/engine/test_e1_stress.py
	$(PYTEST) --numprocesses 3 --dist loadgroup -m long
	$(BIN)/python -m tests.durable.kills --kills 500
	$(BIN)/python -m tests.power_loss --seeds 200000
	for target in $(TARGETS_OF_KILLS); do $(BIN)/python -m tests.faults.kills $$target --kills 100 || exit 1; done
	for target in $(TARGETS_OF_KILLS) kafka; do $(BIN)/python -m tests.faults.kills $$target --container || exit 1; done
	for target in $(TARGETS_OF_KILLS) kafka; do $(BIN)/python -m tests.faults.kills $$target --failover || exit 1; done
	$(BIN)/python -m tests.faults.kafka_exactly_once --kills 100
	for target in native:// native://$$(mktemp -d) artemis jvm-artemis; do \
		$(BIN)/python -m tests.aio.cancellations --count 1000 $$target || exit 1; \
	done
	$(MAKE) soak ARGS="--messages 5000000"
	$(MAKE) mutation ARGS="--sample 500"

bench: $(VENV)/.has-bench
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.has-test
	$(BIN)/python -m tests.compatibility
	$(BIN)/python -m tests.java.stubs
	$(BIN)/python -m tests.java.side_by_side
	$(PYTEST) tests/test_docs.py

# The jar of the Java sources in transports/jmslike_transports/jvm/java, which is kept in the repository
helper: $(VENV)/.has-test
	$(BIN)/python -m tests.jvm.helper

coverage-of-semantics: $(VENV)/.has-test
	$(BIN)/python -m tests.coverage_of_semantics

# For example: make mutation ARGS="--sample 100 --seed 7 jmslike/session.py"
mutation: $(VENV)/.has-test $(VENV)/.has-mutation
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

$(VENV)/.has-cli: EXTRAS = cli
$(VENV)/.has-demo: EXTRAS = cli,report,formats
$(VENV)/.has-cli $(VENV)/.has-demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $@

# Dependency groups need pip 25.1; that of Python 3.11 to 3.13 is older
$(VENV)/.has-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,testing]' --group $*
	@touch $@
