# make demo: train, tabulate and draw the main result.   make test: run the tests, except those marked long.
PYTHON ?= python3
BIN := .venv/bin
# The versions the suite was last run with on this Python, where there is such a list.
CONSTRAINTS := $(shell $(PYTHON) -c 'import os, sys; f = "constraints/py%d%d.txt" % sys.version_info[:2]; print("-c " + f if os.path.exists(f) else "")')
# How many processes share the tests; a test module stays in one of them.
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 10

OXLINT := $(BIN)/oxlint --no-ignore --config .oxlintrc.json

.PHONY: help install demo test test-all check bench figures clean

help:
	@echo "make install   set up .venv"
	@echo "make demo      train and draw the main result (3 minutes on 2 cores)"
	@echo "make test      run the tests, except those marked long (7 minutes on 2 cores)"
	@echo "make test-all  run the long ones too: whole experiments, runs killed many times, clusters (32 minutes)"
	@echo "make check     lint, formatting and types of Python and JavaScript"
	@echo "make bench     time training against PyTorch and matrix products, the laws of features, and the explorer"
	@echo "make figures   train what is missing (21 hours on 2 cores) and renew figures/"
	@echo "make clean     remove .venv"

install: .venv/installed

.venv/installed: pyproject.toml $(wildcard constraints/*.txt)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[export,explore]' $(CONSTRAINTS)
	touch $@

.venv/with-%: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$*]' $(CONSTRAINTS)
	touch $@

demo: install
	$(BIN)/python experiments/demo.py

test: .venv/with-test
	$(PYTEST) -m 'not long'

# Many long tests wait for other processes: one process more than cores keeps all cores busy.
test-all: WORKERS = 3
test-all: .venv/with-test
	$(PYTEST)

check: .venv/with-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyrefly check
	$(OXLINT) toymono/explorer/page/*.js
	$(BIN)/deno check --quiet --config .deno.json toymono/explorer/page/*.js

bench: .venv/with-test .venv/with-bench
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/laws.py
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python benchmarks/explorer.py

figures: install
	for script in experiments/[a-z]*.py; do nice -n 19 $(BIN)/python $$script --figures figures || exit 1; done
	$(BIN)/toymono claims figures --json --out figures/claims.png > figures/claims.json
	$(BIN)/python experiments/_readme.py
	$(BIN)/python experiments/_gallery.py

clean:
	rm -rf .venv
