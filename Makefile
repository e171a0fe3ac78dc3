.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
# Off this project's machines the CPU build of torch comes from PyTorch's own index:
#   make setup TORCH='torch==2.13.0+cpu' TORCH_INDEX='--extra-index-url https://download.pytorch.org/whl/cpu'
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
HOST ?= 127.0.0.1
PORT ?= 8000
KILLS ?= 1000
SEED ?=
SHARED ?= ../shared/benchmarks
MEASURE ?= $(SHARED)/../measure
BIN := $(VENV)/bin
PEERS ?= $(BIN)/python
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
test: $(READY)  ## the whole suite, the slow tests too
	$(BIN)/python -m pytest

.PHONY: quick
quick: $(READY)  ## the suite without the slow tests
	$(BIN)/python -m pytest -m 'not slow'

.PHONY: crash
crash: $(READY)  ## kill writers KILLS times at random moments; the seed is printed, SEED=n sets it
	$(BIN)/python -m tests.crash.harness --kills $(KILLS) $(if $(SEED),--seed $(SEED))

.PHONY: demo
demo: $(READY)  ## ingest the sample corpus and ask it three questions
	@$(BIN)/footnote ingest data/corpus
	@$(BIN)/footnote ask 'How many days of annual leave does an employee in Germany have?'
	@$(BIN)/footnote ask 'What may a hotel night in Germany cost?'
	@$(BIN)/footnote ask 'What is the parental leave policy of the office in Tokyo?'

.PHONY: serve
serve: $(READY)  ## answer over HTTP on HOST:PORT, this machine only unless a key was made
	@$(BIN)/footnote serve --host $(HOST) --port $(PORT)

.PHONY: bench
bench: bench-retrieval bench-search bench-ingest  ## all benchmarks; SHARED names the folder of public sets

.PHONY: bench-retrieval
bench-retrieval: $(READY)  ## retrieval on known sets, with intervals
	$(BIN)/python -m evals.benchmarks.retrieval_table --shared $(SHARED)

.PHONY: bench-gate
bench-gate: $(READY)  ## does the gate see damage only; the dense path by hand; the graph beside the scan; an experiment's time
	$(BIN)/python -m evals.benchmarks.gating.trial --set sample
	$(BIN)/python -m evals.benchmarks.gating.trial --shared $(SHARED)
	$(BIN)/python -m evals.benchmarks.peer_dense --shared $(SHARED)
	$(BIN)/python -m evals.benchmarks.index_agreement --shared $(SHARED)
	$(BIN)/python -m evals.benchmarks.grid_time --shared $(SHARED)

.PHONY: bench-peers
bench-peers: $(READY)  ## search beside LangChain's on the known sets, differences paired by question
	$(BIN)/python -m evals.benchmarks.search_peers --shared $(SHARED)

.PHONY: bench-search
bench-search: $(READY)  ## what a search costs at 1,000 to 100,000 chunks, beside LangChain and its parts
	$(BIN)/python -m evals.benchmarks.search_speed

.PHONY: bench-ingest
bench-ingest: $(READY)  ## pages and chunks a second, peak memory, a second run
	$(BIN)/python -m evals.benchmarks.ingest_cost data/corpus

.PHONY: bench-convert
bench-convert: $(READY)  ## conversion on known sets, beside the converters that PEERS (a Python) has
	$(BIN)/python -m evals.benchmarks.convert_table --measure $(MEASURE) --peers $(PEERS)

.PHONY: bench-reingest
bench-reingest: $(READY)  ## an unchanged run and one with 1 % changed, beside LangChain's index()
	$(BIN)/python -m evals.benchmarks.reingest $(SHARED)/sourcegraph-handbook/content

.PHONY: bench-turnover
bench-turnover: $(READY)  ## size of the indexes and time of a question over ten full turnovers
	$(BIN)/python -m evals.benchmarks.turnover

.PHONY: bench-near-duplicates
bench-near-duplicates: $(READY)  ## which changes of a paragraph are folded into it, and what comparing costs
	$(BIN)/python -m evals.benchmarks.near_duplicates

.PHONY: bench-queries
bench-queries: $(READY)  ## how long a search takes while an ingest runs
	$(BIN)/python -m evals.benchmarks.queries_during_ingest

.PHONY: bench-growth
bench-growth: $(READY)  ## what a document costs as their number grows
	$(BIN)/python -m evals.benchmarks.ingest_growth 10000

.PHONY: bench-answers
bench-answers: $(READY)  ## answers on known sets: abstention, extraction, follow-ups, quotes, planted orders
	for program in abstention extraction followups citations injection; do \
		$(BIN)/python -m evals.benchmarks.answering.$$program --shared $(SHARED) || exit 1; done

.PHONY: lock
lock:  ## write requirements.lock anew from pyproject.toml
	rm -rf .bench/lock && $(PYTHON) -m venv .bench/lock
	.bench/lock/bin/python -m pip install --quiet --upgrade pip
	.bench/lock/bin/python -m pip install --quiet $(TORCH_INDEX) '$(TORCH)'
	.bench/lock/bin/python -m pip install --quiet --editable '.[dev]' hatchling editables
	.bench/lock/bin/python -m pip freeze --exclude-editable --exclude torch --exclude pip > requirements.lock

.PHONY: clean
clean:  ## remove the virtual environment, the local home and caches
	rm -rf $(VENV) .footnote .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
