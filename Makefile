# Requires Python 3.11 or newer; the tests also require PostgreSQL and Node.js. Run `make help` for the list of targets.

PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALLED := .venv/.installed
NODE := $(shell node -p 'process.versions.node.split(".").slice(0, 2).reduce((a, b) => 100 * a + +b, 0) >= 2019 ? 1 : ""' 2>/dev/null)
CONSOLE := $(if $(and $(NODE),$(shell command -v npm)),web/dist/index.html,no-console)
CONSOLE_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/src/gql -prune -o -type f -print)
SLOW := tests/acceptance tests/chaos tests/browser tests/interop tests/release \
	tests/server/middleware/test_connection_limits.py tests/server/middleware/test_websocket_limits.py
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: help setup serve console no-console test test-slow test-reference acceptance chaos mutants soak check \
	bench-executor bench-http bench-scale bench-workers bench-subscribers schema lock audit sbom migrations screenshots \
	release

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-17s %s\n", $$1, $$2 }'

setup: $(INSTALLED) ## Create the virtual environment and install the locked packages

$(INSTALLED): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is required. Choose one: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked packages ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

serve: setup $(CONSOLE) ## Serve the demo on http://127.0.0.1:8000 (PORT=8000)
	@$(BIN)/seatkeeper migrate
	@$(BIN)/seatkeeper demo
	@echo "Open http://127.0.0.1:$(PORT)/ and sign in. Ctrl+C stops the server."
	@SEATKEEPER_OPEN_SCHEMA=1 SEATKEEPER_PUBLIC_URL=http://127.0.0.1:$(PORT) \
		$(BIN)/seatkeeper serve --host 127.0.0.1 --port $(PORT)

console: $(CONSOLE) ## Build the console and GraphiQL into web/dist and run their unit tests

web/dist/index.html: web/package.json schema/schema.graphql $(CONSOLE_SOURCES)
	@echo "Building the console ..."
	@npm --prefix web ci --silent --no-audit --no-fund
	@npm --prefix web run build --silent
	@npm --prefix web test --silent

no-console:
	@echo "Skipping the console, which requires npm and Node.js 20.19 or newer to build. The API works without it."

test: setup ## Run the unit and integration tests on SQLite and PostgreSQL
	@$(BIN)/pytest -q -n auto $(addprefix --ignore=,$(SLOW))

test-slow: setup $(CONSOLE) ## Run the slow tests: acceptance, chaos, browser, interop, release
	@$(BIN)/pytest -q -n auto $(SLOW)

test-reference: setup ## Run the tests without compiled execution: responses must be identical
	@SEATKEEPER_COMPILED_ANSWERS=0 $(BIN)/pytest -q -n auto -p tests.support.reference_path $(addprefix --ignore=,$(SLOW)) \
		--deselect tests/schema/execution/test_compiled_executor.py

acceptance: setup ## Run the acceptance tests alone
	@$(BIN)/pytest -q -n auto tests/acceptance

chaos: setup ## Run the fault injection tests at length: three seeds, one and two workers
	@LONG_CHAOS=1 $(BIN)/pytest -q tests/chaos

mutants: setup ## Run the mutation tests: each safeguard removed must fail its test (ONLY=file)
	@$(BIN)/python -m tests.mutants $(ONLY)

soak: setup ## Run moderate load for half an hour, checking for leaks and errors (MINUTES=30)
	@PYTHONPATH=. $(BIN)/python bench/soak.py $(or $(MINUTES),30)

check: setup ## Check style, types, imports, migrations, documentation and commit messages
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@.ci/commit-messages
	@$(BIN)/pytest -q tests/models/db/test_migrations.py::test_migrations_match_the_models tests/docs

bench-executor: setup ## Count the instructions of the Users screen against stock Strawberry (requires valgrind)
	@$(BIN)/python -m bench.executor

bench-http: setup ## Compare the cost of requests with the baselines (MARKDOWN=1 updates bench/README.md)
	@$(BIN)/python -m bench.over_http $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(MARKDOWN),--markdown)

bench-scale: setup ## Measure the cost of requests with 1,000 to 1,000,000 users (MARKDOWN=1)
	@$(BIN)/python -m bench.scale $(if $(USERS),--users $(USERS)) $(if $(MARKDOWN),--markdown)

bench-workers: setup ## Compare the throughput of one worker and two (MARKDOWN=1)
	@$(BIN)/python -m bench.workers $(if $(MARKDOWN),--markdown)

bench-subscribers: setup ## Measure the cost of 500 subscribers
	@$(BIN)/python -m bench.subscribers

schema: setup ## Print the GraphQL schema to schema/schema.graphql
	@$(BIN)/seatkeeper schema > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

lock: setup ## Lock the dependencies of pyproject.toml with their hashes
	@$(COMPILE) -o requirements.txt
	@$(COMPILE) --extra dev -o requirements-dev.txt

audit: setup ## Check the locked packages for known vulnerabilities
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/audit

sbom: setup ## Write the software bill of materials to dist/ as CycloneDX
	@mkdir -p dist
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		-o dist/seatkeeper-$(VERSION).cdx.json
	@echo "Wrote dist/seatkeeper-$(VERSION).cdx.json"

migrations: setup ## Write a migration for the changes in models/
	@$(BIN)/tortoise -c models.db.config.TORTOISE makemigrations

screenshots: setup $(CONSOLE) ## Take the screenshots of the documentation (ALL=folder: every screen and dialog)
	@$(BIN)/python -m tests.browser.screenshots $(ALL)

release: check test test-slow test-reference mutants audit sbom ## Package the committed version into dist/
	@test -z "$$(git status --porcelain)" || { echo "There are uncommitted changes. Commit them first."; exit 1; }
	@grep -q '^## \[$(VERSION)\]' CHANGELOG.md || { echo "CHANGELOG.md has no entry for $(VERSION). Write it first."; exit 1; }
	@cmp -s schema/schema.graphql schema/released.graphql || { cp schema/schema.graphql schema/released.graphql; \
		echo "schema/released.graphql is now the contract of $(VERSION). Commit it, then release again."; exit 1; }
	@mkdir -p dist
	@git archive --prefix=seatkeeper-$(VERSION)/ -o dist/seatkeeper-$(VERSION).tar.gz HEAD
	@cp schema/schema.graphql dist/seatkeeper-$(VERSION).schema.graphql
	@$(BIN)/seatkeeper schema --json > dist/seatkeeper-$(VERSION).schema.json
	@echo "Wrote dist/seatkeeper-$(VERSION).tar.gz and the schema as .graphql and .json"
