.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
# Off this project's machines the CPU build of torch comes from PyTorch's own index:
#   make setup TORCH='torch==2.13.0+cpu' TORCH_INDEX='--extra-index-url https://download.pytorch.org/whl/cpu'
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: help
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY)  ## create the virtual environment from the lock file

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(TORCH_INDEX) '$(TORCH)'
	$(BIN)/python -m pip install --quiet --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: check
check: $(READY)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.PHONY: fmt
fmt: $(READY)  ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: test
test: $(READY)  ## the whole suite
	$(BIN)/python -m pytest

.PHONY: clean
clean:  ## remove the virtual environment, the local home and caches
	rm -rf $(VENV) .footnote .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
