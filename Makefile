# The commands of the ledger: they need make, git and Python 3.11 or later, and use uv where it is installed.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/sh
.SHELLFLAGS := -euc

PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin

# Looked up only where an environment is made: a name on PATH may be a shim that does not run.
HAS_UV = $(shell uv --version >/dev/null 2>&1 && echo yes)
NEEDED = import sys$(if $(HAS_UV),,, ensurepip); sys.exit(sys.version_info < (3, 11))
PYTHON = $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c '$(NEEDED)' >/dev/null 2>&1 && command -v "$$name" && break; done)
NO_PYTHON = no Python 3.11 or later on PATH$(if $(HAS_UV),, that has ensurepip (on Debian: python3-venv)); \
	install one, or give it: make PYTHON=/path/to/python3.11

# The pure tests stand first, so that a wrong sum is told before a database has started.
PURE_TESTS := $(wildcard tests/core tests/render tests/laws tests/disclosure tests/test_tidy.py)
OTHER_TESTS := $(filter-out $(PURE_TESTS) tests/__pycache__,$(patsubst %/,%,$(wildcard tests/*/ tests/test_*.py)))

# stage: a name and a command; says the name, then the time it took.
define stage
@printf '\n== %s\n' '$(1)'; begun=$$(date +%s); $(2); printf -- '-- %s: %s s\n' '$(1)' "$$(($$(date +%s) - begun))"
endef

# install: a requirements file; installs exactly its pins and then this project beside them.
define install
@if [ -n "$(HAS_UV)" ]; then pip='uv pip install --quiet --python $(BIN)/python'; else \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip; \
	pip='$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check'; fi; \
	printf 'Installing %s\n' '$(1)'; \
	$$pip --require-hashes -r $(1); \
	$$pip --no-deps --no-build-isolation -e .
endef

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: .venv/.run-ready ## the demo: migrate, load the contracts, issue statements, serve on PORT (8000)
	@$(BIN)/outcomes-ledger demo --port $(PORT)

.PHONY: test
test: lint types ## every check and every test, on SQLite and on PostgreSQL
	@printf '\n== tests\n'
	@$(BIN)/pytest -q -n $(WORKERS) $(PURE_TESTS) $(OTHER_TESTS)

.PHONY: lint
lint: .venv/.test-ready ## style, layout and the direction of imports
	$(call stage,ruff check,$(BIN)/ruff check .)
	$(call stage,ruff format,$(BIN)/ruff format --check .)
	$(call stage,lint-imports,$(BIN)/lint-imports)

.PHONY: types
types: .venv/.test-ready ## mypy, strict
	$(call stage,mypy,$(BIN)/mypy)

.PHONY: campaign
campaign: .venv/.test-ready ## the laws on many more random contracts, more lives, killed processes, flipped bits, changed bundles, attacks on small groups; trees beside pymerkle (long)
	@HYPOTHESIS_PROFILE=campaign $(BIN)/pytest -n $(WORKERS) tests/laws
	@DISCLOSURE_RUNS=5000 $(BIN)/pytest -n $(WORKERS) tests/disclosure
	@LIFE_RUNS=1000 $(BIN)/pytest -n $(WORKERS) tests/shell/test_contract_lives.py
	@CRASH_CYCLES=300 $(BIN)/pytest -n $(WORKERS) tests/crash/test_killed.py
	@FLIP_TRIALS=2000 $(BIN)/pytest -n $(WORKERS) tests/tamper/test_flips.py
	@BUNDLE_MUTATIONS=500 $(BIN)/pytest -n $(WORKERS) tests/shell/test_bundles.py
	@$(BIN)/python -m tests.judged_by_pymerkle
	@DOCUMENT_SECONDS=600 AUTHORISATION_SECONDS=600 $(BIN)/pytest -n $(WORKERS) tests/hostile/test_document.py tests/hostile/test_authorisation.py

.PHONY: bench
bench: .venv/.test-ready ## the service beside its limits on both databases; writes docs/benchmarks.md (long)
	@$(BIN)/python -m benchmarks

.PHONY: schema
schema: .venv/.run-ready ## write contracts/schema.json from the code
	@$(BIN)/python -c 'import json; from service.core.terms import Terms; \
		print(json.dumps(Terms.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False))' > .schema.new
	@mkdir -p contracts
	@mv .schema.new contracts/schema.json

.PHONY: statements
statements: .venv/.test-ready ## write contracts/*/statements: what each contract's demo facts must give
	@$(BIN)/python -m tests.write_statements

.PHONY: matrix
matrix: .venv/.test-ready ## write docs/tamper-matrix.md: in which step outcomes-ledger verify finds which change
	@WRITE_MATRIX=1 $(BIN)/pytest -q -k sqlite tests/tamper/test_matrix.py

.PHONY: lock
lock: ## pin what pyproject.toml asks for, with hashes (needs uv; UPGRADE=1 takes the newest releases)
	@uv --version >/dev/null || { echo 'make lock needs uv on PATH' >&2; exit 1; }
	@$(call compile,requirements.txt)
	@$(call compile,requirements-dev.txt,--extra dev --constraint requirements.txt)

# The build backend is pinned like the rest, because the project is built without isolation.
compile = printf 'hatchling\neditables\n' | uv pip compile --quiet pyproject.toml - $(2) --universal \
	--python-version 3.11 --generate-hashes --no-header --no-annotate $(if $(UPGRADE),--upgrade) -o $(1)

.PHONY: clean
clean: ## remove the environment and every cache (data/ stays)
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schema.new
	@find service tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo '$(NO_PYTHON)' >&2; exit 1; }
	@printf 'Making .venv with %s\n' "$$($(PYTHON) --version)"
	@if [ -n "$(HAS_UV)" ]; then uv venv --quiet --clear --python "$(PYTHON)" .venv; else \
		"$(PYTHON)" -m venv --clear .venv; fi || { rm -rf .venv; exit 1; }

.venv/.run-ready: requirements.txt pyproject.toml | .venv/bin/python
	$(call install,requirements.txt)
	@touch $@

.venv/.test-ready: requirements-dev.txt requirements.txt pyproject.toml | .venv/bin/python
	$(call install,requirements-dev.txt)
	@touch $@ .venv/.run-ready
