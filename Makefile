# Two commands do everything on a machine with Python 3.11+ and make: `make serve` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= auto
# A public client of didlogic that the tests drive. Its metadata asks for Python 3.13, its code does not; its
# one dependency, mcp, is in the dev group.
JUDGE := didlogic-mcp==1.0.4
# DIDWW's own client of the line 2.x has the name of the line 3.x, so it gets a place of its own.
FORMER := $(VENV)/former

# Compiled modules are kept whatever the caller's environment says: the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test coverage lint format mutate fuzz bench fixtures contracts wheel-check clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# One environment for everything; rebuilt when the dependencies change.
$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Set PYTHON=...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python $(JUDGE)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(FORMER) didww==2.0.0
	@touch $@

serve: $(VENV)/.ready  ## start the server (ARGS="--port 9000" for options)
	@$(BIN)/mockserver serve $(ARGS)

test: lint  ## install, lint, types, tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

# Tracing more than doubles the time of a test, so it is a run of its own, without what drives the server hardest.
coverage: $(VENV)/.ready  ## branch coverage, by the tests that are not slow
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal -m "not slow" --cov --cov-report=term $(ARGS)

lint: $(VENV)/.ready  ## ruff, mypy --strict, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

mutate: $(VENV)/.ready  ## plant a fault for every group of claims and see that a test notices
	$(BIN)/python -m tests.mutation $(ARGS)

# Tens of thousands of made-up requests for every document; `make test` sends a few for each operation.
fuzz: $(VENV)/.ready  ## a long run of schemathesis on every OpenAPI document
	MOCKSERVER_FUZZ=$(or $(EXAMPLES),200) $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal tests/contracts tests/idt/test_fuzz.py tests/didlogic/test_fuzz.py $(ARGS)

bench: $(VENV)/.ready  ## speed and memory, beside a raw ASGI app in the same run
	$(BIN)/python -m bench $(ARGS)

fixtures: $(VENV)/.ready  ## build the seed data anew
	$(BIN)/python -m fixtures.build

contracts: $(VENV)/.ready  ## build OpenAPI documents, tables, claims and figures anew
	$(BIN)/python -m contracts.build

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .coverage dist build
