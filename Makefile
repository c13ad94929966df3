# Each target sets up by itself; a second set-up takes less than a second. `make help` lists the targets.
#   make run FILES=folder     load a folder of register files and serve the site
#   make PYTHON=python3.12 …  choose the Python that .venv is made with (3.11 or newer)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
FILES ?=
# what pytest is given besides, e.g. make test TESTS="tests/engine -k dates"
TESTS ?=
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo run test check format bench trust trust-long screens docs messages locks clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: ## .venv with everything in it, from the locks
	@test -n "$(PYTHON)" || { echo "anye: needs Python 3.11 or newer; install one, or: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) tools/boot.py

setup-tests: ## the same, and what the browser tests need
	@test -n "$(PYTHON)" || { echo "anye: needs Python 3.11 or newer; install one, or: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) tools/boot.py --tests

demo: setup ## a synthetic district, loaded and served
	@$(BIN)/anye demo

run: setup ## your own registry, or the set-up page of a new one; FILES=folder loads a folder of files first
	@$(BIN)/anye run $(FILES)

test: setup-tests ## all tests but the trust tiers
	@$(BIN)/pytest -n auto --dist worksteal $(TESTS)

check: setup ## lint, format, import contracts, types, migrations, translations, house rules
	@$(BIN)/python -m tools.checks

format: setup ## sort imports, mend what ruff can, format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: setup ## ratios against peers
	@$(BIN)/python -m bench

trust: setup-tests ## what must never happen: commit tier; writes docs/trust.md
	@$(BIN)/pytest -n auto --dist worksteal -m "trust or bar" --trust-report=docs/trust.md $(TESTS)

trust-long: setup-tests ## what must never happen: long tier; writes docs/trust.md
	@$(BIN)/pytest -n auto --dist worksteal -m "trust or trust_long or bar" --trust-report=docs/trust.md $(TESTS)

screens: setup-tests ## screenshots of the demo into docs/img
	@$(BIN)/python -m tools.screens

docs: setup ## write the generated parts of the docs
	@$(BIN)/python -m tools.docs

messages: setup ## translations that are still missing, as catalogue entries
	@$(BIN)/python -m tools.messages missing

locks: setup ## compile the lock files anew, to the newest versions that pyproject.toml and package.json allow
	@$(BIN)/python -m tools.locks

clean: ## remove what setup and the tests made; data directories stay
	rm -rf .venv node_modules dist build src/anye/doors/static/vendor .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
