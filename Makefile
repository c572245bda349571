# flowdsl: `make demo` shows the main job, `make test` proves it. Every target sets up what it needs.
# Any Python from 3.11: make test PYTHON=python3.13
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
PYTEST_WORKERS ?= 2
PYTESTS = 3.11 3.12 3.13
# Resource: what a fresh shell may not have set, and a handler needs at import.
export AWS_DEFAULT_REGION ?= eu-west-1
export AWS_EC2_METADATA_DISABLED = true

.PHONY: all setup demo test test-all corpus lint bench bench-peers bench-interpreter bench-million second-opinion docs golden lock clean
all: lint test demo

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "flowdsl needs Python 3.11 or newer on the path (make setup PYTHON=/path/to/python3)" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/python scripts/demo.py

test: setup
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m "not slow"

# One environment a version, side by side, so that the main one stays as it is.
test-all:
	@for v in $(PYTESTS); do \
		echo "== Python $$v"; \
		p=$$(command -v python$$v || ls -d $$HOME/.pyenv/versions/$$v.*/bin/python 2>/dev/null | tail -1); \
		test -n "$$p" || { echo "no Python $$v here" >&2; exit 2; }; \
		$(MAKE) --no-print-directory test VENV=.venv-$$v PYTHON=$$p || exit 1; \
	done

# The whole of the corpora that FLOWDSL_CORPUS names; `make test` takes a fixed sample.
corpus: setup
	FLOWDSL_CORPUS_ALL=1 $(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m corpus

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src/flowdsl
	$(BIN)/pyright

bench: setup
	@$(BIN)/python benchmarks/run.py

# Who the benchmarks stand beside, in an environment of their own: bench uses what it finds there.
bench-peers: setup
	@mkdir -p .bench
	@test -x .bench/venv/bin/python || $(PYTHON) -m venv .bench/venv
	.bench/venv/bin/python -m pip install --quiet --disable-pip-version-check sfnx==3.1.0 "moto[stepfunctions]==5.2.5" jlens==0.25.0 statelint cfn-lint
	cd .bench && npm install --silent --no-audit --no-fund aws-local-stepfunctions aws-cdk-lib constructs asl-validator amazon-states-language-service

bench-interpreter: bench-peers
	@$(BIN)/python benchmarks/run.py interpreter

# A Distributed Map over a CSV of a million lines: what time and memory it takes.
bench-million: setup
	@FLOWDSL_BENCH_LINES=1000000 $(BIN)/python -m benchmarks.interpreter

# The same machines in moto's interpreter: every disagreement, and where AWS was recorded, who is right.
second-opinion: setup bench-peers
	@$(BIN)/python scripts/second_opinion.py

docs: setup
	@$(BIN)/python scripts/write_docs.py

golden: setup
	@FLOWDSL_GOLDEN=write $(BIN)/python -m pytest -n 0 -m "not slow" tests

# Only who changes pyproject.toml needs this: every version from 3.11 to 3.14 in one file, hashes and all, no host named.
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --all-extras pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .venv-3.* .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
