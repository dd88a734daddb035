# Every target works from a clean clone: it needs git, make and python3 >= 3.11 with venv.
.POSIX:
SHELL = /bin/sh
BIN = .venv/bin
ARGS =

.PHONY: help setup demo up down test test-full test-live check lint portal portal-check bench docs migration lock clean

help: ## what there is
	@$(BIN)/python scripts/make_help.py 2>/dev/null || echo "make demo | up | down | test | test-full | check | bench | migration m=... | lock | clean"

setup: .venv/.ready ## install everything into .venv

.venv/.ready: requirements.lock pyproject.toml db/pyproject.toml $(wildcard services/*/pyproject.toml) scripts/setup.sh
	@/bin/sh scripts/setup.sh

demo: setup ## read ten real documents, embedded, and show what came out (ARGS=--exit leaves afterwards)
	@$(BIN)/docflow demo $(ARGS)

up: setup ## start everything in the foreground, embedded
	@$(BIN)/docflow up $(ARGS)

down: setup ## stop what `make up` started
	@$(BIN)/docflow down $(ARGS)

test: setup ## the tests that need nothing but this machine
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not full and not live" $(ARGS)

test-full: setup portal ## adds real servers, crash sweeps and long runs
	@$(BIN)/python -m pytest -q -n 0 -m "full and alone" $(ARGS) || [ $$? -eq 5 ]
	@# They wait more than they compute; a server that is named may take no more than a hundred connections.
	@workers=4; [ -z "$$DOCFLOW_TEST_POSTGRES_URL" ] || workers=2; \
	$(BIN)/python -m pytest -q -n $$workers --dist worksteal -m "full and not alone" $(ARGS)

test-live: setup ## asks real model vendors, where keys are set; costs money
	@$(BIN)/python -m pytest -q -n0 -rs -m live tests/contract/llm $(ARGS)

check: lint portal-check ## lint, types and import directions, the portal's own checks too

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/mypy

portal: setup ## build the portal, with the machine's Node or one from a wheel
	@$(BIN)/python -m docflow_cli.portal build

portal-check: setup ## the portal's lint, types and tests
	@$(BIN)/python -m docflow_cli.portal check

bench: setup ## measure; prints figures beside a reference of the same run
	@$(BIN)/python -m tests.load.bench $(ARGS)

docs: setup .venv-docs/.ready ## build the documentation into build/docs/site; a broken link fails
	@$(BIN)/python -m scripts.build_docs

.venv-docs/.ready: docs/requirements.lock .venv/.ready
	@uv=$$(command -v uv || echo $(BIN)/uv); "$$uv" venv -q --allow-existing --python $(BIN)/python .venv-docs \
	&& VIRTUAL_ENV=.venv-docs "$$uv" pip sync -q --require-hashes docs/requirements.lock && touch $@

migration: setup ## make migration m="add reviews"
	@/bin/sh db/scripts/migrate.sh new "$(m)"

lock: setup ## after a change of dependencies
	@$(BIN)/uv lock -q && $(BIN)/uv export -q --all-packages --all-groups --no-emit-workspace --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate docs/requirements.in -o docs/requirements.lock

clean: ## remove the environment, caches and build output (keeps data in .docflow)
	@rm -rf .venv .venv-docs build dist services/frontend/node_modules services/frontend/dist services/frontend/.node .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
