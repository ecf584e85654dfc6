# Everything is done by make; a machine needs only Python 3.11 or newer, and for the tests PostgreSQL and Node.js.

PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALLED := .venv/.installed
NODE := $(shell node -p 'process.versions.node.split(".").slice(0, 2).reduce((a, b) => 100 * a + +b, 0) >= 2019 ? 1 : ""' 2>/dev/null)
CONSOLE := $(if $(and $(NODE),$(shell command -v npm)),web/dist/index.html,no-console)
CONSOLE_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/src/gql -prune -o -type f -print)
SLOW := tests/acceptance tests/chaos tests/browser tests/interop tests/release
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --quiet
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: help setup serve console test test-slow test-long-way faults defenses soak check bench-executor bench-http bench-scale bench-workers bench-subscribers schema lock audit sbom migrations screenshots release no-console

help: ## List what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-17s %s\n", $$1, $$2 }'

setup: $(INSTALLED) ## Make the virtual environment and install the locked packages

$(INSTALLED): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name one: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked packages ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

serve: setup $(CONSOLE) ## Serve the demo on http://127.0.0.1:8000, or on PORT
	@$(BIN)/seatkeeper migrate
	@$(BIN)/seatkeeper demo
	@echo "Open http://127.0.0.1:$(PORT)/ and log in. Ctrl+C stops the server."
	@SEATKEEPER_OPEN_SCHEMA=1 SEATKEEPER_PUBLIC_URL=http://127.0.0.1:$(PORT) \
		$(BIN)/seatkeeper serve --host 127.0.0.1 --port $(PORT)

console: $(CONSOLE) ## Build the console and GraphiQL into web/dist, and test their words

web/dist/index.html: web/package.json schema/schema.graphql $(CONSOLE_SOURCES)
	@echo "Building the console ..."
	@npm --prefix web ci --silent --no-audit --no-fund
	@npm --prefix web run build --silent
	@npm --prefix web test --silent

no-console:
	@echo "Without the console: it is built by npm and Node.js 20.19 or newer. The API works all the same."

test: setup ## Run the tests, on SQLite and on PostgreSQL
	@$(BIN)/pytest -q -n auto $(addprefix --ignore=,$(SLOW))

test-slow: setup $(CONSOLE) ## Run the stories, and what starts servers, browsers and other people's clients
	@$(BIN)/pytest -q -n auto $(SLOW)

test-long-way: setup ## Run the tests with nothing compiled and no shorter way: answers must be the same
	@SEATKEEPER_COMPILED_ANSWERS=0 $(BIN)/pytest -q -n auto -p tests.support.reference_path $(addprefix --ignore=,$(SLOW)) \
		--deselect tests/schema/execution/test_compiled_executor.py --deselect tests/server/graphql/test_simple_posts.py

faults: setup ## Break everything that can break, at length: three seeds, one worker and two
	@LONG_FAULTS=1 $(BIN)/pytest -q tests/chaos

defenses: setup ## Take each defense out of a copy, and see its test fail; or ONLY one file of tests/mutants
	@$(BIN)/python -m tests.mutants $(ONLY)

soak: setup ## Half an hour of moderate load, or MINUTES: memory flat, nothing left behind, nothing fails
	@PYTHONPATH=. $(BIN)/python bench/soak.py $(or $(MINUTES),30)

check: setup ## Check style, types, imports, migrations and documentation
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/models/db/test_migrations.py -k "models_are_what or docs" $(wildcard tests/docs)

bench-executor: setup ## Count the instructions of executing the Users screen, of those of stock Strawberry (needs valgrind)
	@$(BIN)/python -m bench.executor

bench-http: setup ## Measure what a request costs, ours and others'; MARKDOWN=1 writes bench/README.md
	@$(BIN)/python -m bench.over_http $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(MARKDOWN),--markdown)

bench-scale: setup ## Measure what 1,000 to 1,000,000 users cost; MARKDOWN=1 writes bench/README.md
	@$(BIN)/python -m bench.scale $(if $(USERS),--users $(USERS)) $(if $(MARKDOWN),--markdown)

bench-workers: setup ## Measure what two workers answer, of what one does; MARKDOWN=1 writes bench/README.md
	@$(BIN)/python -m bench.workers $(if $(MARKDOWN),--markdown)

bench-subscribers: setup ## Measure what 500 subscribers cost
	@$(BIN)/python -m bench.subscribers

schema: setup ## Print the GraphQL schema to schema/schema.graphql
	@$(BIN)/seatkeeper schema > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

lock: setup ## Lock the packages that pyproject.toml names, with their hashes
	@$(COMPILE) -o requirements.txt
	@$(COMPILE) --extra dev -o requirements-dev.txt

audit: setup ## Ask whether the locked packages have known vulnerabilities
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/audit

sbom: setup ## Write the software bill of materials, as CycloneDX, to dist/
	@mkdir -p dist
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		-o dist/seatkeeper-$(VERSION).cdx.json
	@echo "Wrote dist/seatkeeper-$(VERSION).cdx.json"

migrations: setup ## Write a migration for what has changed in models/
	@$(BIN)/tortoise -c models.config.TORTOISE makemigrations

screenshots: setup $(CONSOLE) ## Take the pictures for the documentation; of every screen and dialog into a folder: ALL=folder
	@$(BIN)/python -m tests.browser.screenshots $(ALL)

release: check test test-slow test-long-way defenses audit sbom ## Pack the committed version into dist/
	@test -z "$$(git status --porcelain)" || { echo "There are changes that are not committed. Commit them first."; exit 1; }
	@grep -q '^## \[$(VERSION)\]' CHANGELOG.md || { echo "CHANGELOG.md has no entry for $(VERSION). Write it first."; exit 1; }
	@cmp -s schema/schema.graphql schema/released.graphql || { cp schema/schema.graphql schema/released.graphql; \
		echo "schema/released.graphql is the contract of $(VERSION) now. Commit it, then release again."; exit 1; }
	@mkdir -p dist
	@git archive --prefix=seatkeeper-$(VERSION)/ -o dist/seatkeeper-$(VERSION).tar.gz HEAD
	@cp schema/schema.graphql dist/seatkeeper-$(VERSION).schema.graphql
	@$(BIN)/seatkeeper schema --json > dist/seatkeeper-$(VERSION).schema.json
	@echo "Packed dist/seatkeeper-$(VERSION).tar.gz, and the schema beside it, as .graphql and .json"
