# One command per chore, the same for a person, a hook and CI. `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install serve test lint typecheck format bench compat soak clean

help:       ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "Python 3.10 or later is needed, $(PYTHON) is older; use make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml scoring_runtime/__init__.py | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[examples]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

install:    ## build the virtual environment and install the package into it
install: $(VENV)/.installed

serve:      ## train the example model and serve it on 127.0.0.1:5001 (ARGS='--port 5002')
serve: $(VENV)/.installed
	@$(BIN)/python examples/serve.py $(ARGS)

test:       ## run every test
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest

lint:       ## check style and imports
lint: $(VENV)/.installed-lint
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

typecheck:  ## mypy --strict over the package, the tests and the benchmarks
typecheck: $(VENV)/.installed-lint
	$(BIN)/mypy

format:     ## rewrite the sources in the project's style, and the README's table of settings
format: $(VENV)/.installed-lint
	$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/python -m tests.readme

bench:      ## measure against the original and five other servers; writes benchmarks/README.md (ARGS='--only ridge')
bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks.bench_serving $(ARGS)

compat:     ## compare every answer with the original server's, side by side
compat: $(VENV)/.installed-test
	$(BIN)/python -m tests.compat

soak:       ## prove at length that no call is lost, whatever goes wrong (ARGS='calls --calls 10000000')
soak: $(VENV)/.installed-test
	$(BIN)/python -m tests.faults $(ARGS)

clean:      ## remove what the other targets built
	rm -rf $(VENV) .compat .bench build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache examples/*/azureml-models
