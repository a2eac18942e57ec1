# Formroom's commands. `make run` and `make test` need Python 3.11 or later and make; everything else they bring themselves.

HOST ?= 127.0.0.1
PORT ?= 8000
PROCESSES ?= 2
CLUSTER_DIR ?= var/cluster
PYTHON ?= $(shell command -v python3.11 || command -v python3)

VENV := .venv
BIN := $(VENV)/bin
NODE := $(BIN)/python -m tests.node
# Several processes, but not as many databases as a big machine has processors.
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadgroup
# What the suites run on is said here, whatever the shell or .env says.
EMBEDDED := DATABASE_URL= REDIS_URL=
SERVERS := $(BIN)/python -m tests.services --

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##/\1 #/p' Makefile | sort | awk -F' # *' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- run ----------------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.installed  ## serve the demo on http://127.0.0.1:8000 (HOST=, PORT=)
	@exec $(BIN)/python manage.py serve --host $(HOST) --port $(PORT)

.PHONY: run-cluster
run-cluster: $(VENV)/.installed-dev  ## as in production, no containers: PostgreSQL, Redis, web processes, nginx (PROCESSES=2, PORT=, CLUSTER_DIR=)
	@HOST="$(HOST)" PORT="$(PORT)" PROCESSES="$(PROCESSES)" CLUSTER_DIR="$(CLUSTER_DIR)" exec $(BIN)/python -m deploy.cluster

# --- test ---------------------------------------------------------------------------------------

.PHONY: test test-fast test-sqlite test-postgresql test-javascript test-browser
test: test-sqlite test-postgresql test-javascript test-browser  ## everything: both databases, JavaScript, a real Chromium

test-fast: $(VENV)/.installed-dev node_modules/.installed  ## what takes seconds: no browser, no slow ones, SQLite only
	$(EMBEDDED) $(NODE) $(PYTEST) -m "not browser and not slow"
	$(NODE) $(BIN)/python -m tests.javascript

test-sqlite: $(VENV)/.installed-dev node_modules/.installed  ## the suite on SQLite, the channel layer in memory
	$(EMBEDDED) $(NODE) $(PYTEST) -m "not browser"

test-postgresql: $(VENV)/.installed-dev node_modules/.installed  ## the suite on PostgreSQL and Redis (DATABASE_URL, REDIS_URL, else started)
	$(SERVERS) $(NODE) $(PYTEST) -m "not browser"

SEEDS ?= 10000
.PHONY: simulate
simulate: $(VENV)/.installed-dev node_modules/.installed  ## many more stories of clients over a bad network (SEEDS=, FIRST_SEED=)
	$(EMBEDDED) SEEDS=$(SEEDS) $(NODE) $(PYTEST) tests/simulation

SUBMISSIONS ?= 1000
.PHONY: submissions
submissions: $(VENV)/.installed-dev  ## submitting against running edits and autosaves, on PostgreSQL (SUBMISSIONS=, FIRST_SEED=)
	SUBMISSIONS=$(SUBMISSIONS) $(SERVERS) $(PYTEST) tests/rooms/test_submission_races.py tests/drafts/test_races.py tests/rooms/test_comment_races.py

.PHONY: races
races: $(VENV)/.installed-dev  ## many more sign-ins that race, on PostgreSQL and Redis (SEED=); prints what they took
	RACES=full $(SERVERS) $(BIN)/python -m pytest -n0 -rP tests/sessions

PROGRESS ?= var/faults.jsonl
.PHONY: test-faults
test-faults: $(VENV)/.installed-dev  ## kill, cut, pause and slow down everything under people who type; goes on where it was cut (ROUNDS=, SEED=, PROGRESS=)
	@mkdir -p $(dir $(PROGRESS))
	FAULTS=full FAULTS_PROGRESS=$(PROGRESS) $(SERVERS) $(BIN)/python -m pytest -n0 -rP $(addprefix tests/faults/test_,$(addsuffix .py,checker plants processes redis database network hostile))
	mv $(PROGRESS) $(PROGRESS).done

.PHONY: keep
keep: $(VENV)/.installed-dev node_modules/.installed  ## reloads, killed servers and tabs, lost answers, shared browsers: all of the counts (SEED=)
	CHROMIUM="$$($(BIN)/python -m tests.chromium)" && export CHROMIUM && \
	KEEP=full $(EMBEDDED) $(BIN)/python -m pytest -m browser tests/browser/test_many_times.py
	SEEDS=$(SEEDS) $(NODE) $(BIN)/python -m tests.javascript sync/fuzz

test-javascript: $(VENV)/.installed-dev node_modules/.installed  ## the JavaScript tests, in Node.js
	$(NODE) $(BIN)/python -m tests.javascript

test-browser: $(VENV)/.installed-dev  ## the browser tests, in a real Chromium
	CHROMIUM="$$($(BIN)/python -m tests.chromium)" && export CHROMIUM && \
	$(EMBEDDED) $(BIN)/python -m pytest -m browser tests/browser

# --- check --------------------------------------------------------------------------------------

.PHONY: lint
lint: $(VENV)/.installed-dev  ## ruff, mypy, import-linter; tsc where there is Node.js
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npx >/dev/null; then $(MAKE) --no-print-directory lint-javascript; else echo "no Node.js here: tsc left out"; fi

.PHONY: lint-javascript
lint-javascript: node_modules/.installed
	npx tsc --project jsconfig.json

.PHONY: bench bench-resume
bench: $(VENV)/.installed-dev  ## Formroom beside its peers, about half an hour: makes docs/benchmarks.md
	$(BIN)/python -m bench --document docs/benchmarks.md

bench-resume: $(VENV)/.installed-dev  ## the rest of a `make bench` that was cut off
	$(BIN)/python -m bench --resume --document docs/benchmarks.md

# --- the environment ----------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Formroom needs Python 3.11 or later: no python3 on the PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Formroom needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing or incomplete (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing what Formroom needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

node_modules/.installed: package.json $(VENV)/.installed-dev
	$(NODE) npm install --silent
	@touch $@

.PHONY: clean
clean:  ## remove what make and the tools made; var/ (your data) stays
	rm -rf $(VENV) node_modules bench/peers/node_modules staticfiles .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
