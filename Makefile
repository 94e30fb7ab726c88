# Every habit of this repository. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

# Races, a worker killed between claim and delivery, hostile addresses of webhooks: of each promise
# of budgets that is no matter of speed, so many passed.
BUDGET_TESTS := tests/integration/test_budget_races.py tests/integration/test_alert_claims.py tests/unit/adapters/notification/test_hostile_webhooks.py

.DEFAULT_GOAL := help
.PHONY: help run demo test test-unit check format migration texts lock prices bench bench-pricing bench-ingestion bench-footprint bench-reports bench-pages bench-fairness bench-budgets bench-sdk chaos fuzz screenshots clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Start TrueCompute: database, server and worker, until Ctrl-C
	@exec $(BIN)/truecompute up

demo: $(VENV)/.run ## Start it with a sample organization and 90 days of events
	@exec $(BIN)/truecompute up --demo

test: $(VENV)/.dev ## Run every test
	@$(BIN)/pytest -q -n auto $(TESTS)

test-unit: $(VENV)/.dev ## Run the tests that need no database, in seconds
	@$(BIN)/pytest -q -n auto tests/unit

check: $(VENV)/.dev ## Format, lint, types and import rules, without changing anything
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@PYTHONPATH=sdk/python/src $(BIN)/lint-imports

format: $(VENV)/.dev ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

migration: $(VENV)/.dev ## Write a migration from the tables: make migration NAME="Add a thing"
	@$(BIN)/alembic revision --autogenerate -m "$(NAME)"

texts: $(VENV)/.dev ## Gather what pages say and bring translations up to date; begin one: make texts BEGIN=de
	@PYTHONPATH=src:. $(BIN)/python -m tools.texts $(if $(BEGIN),--begin "$(BEGIN)")

UPGRADES := $(foreach name,$(UPGRADE),--upgrade-package $(name))

# Each in an environment of its own, since their pins clash.
PEERS := langfuse openlit posthog opentelemetry

lock: ## Resolve the locked requirements anew (needs uv): make lock UPGRADE="litellm genai-prices"
	@uv pip compile -q $(UPGRADES) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-deps --group prices -o requirements-prices.lock
	@uv pip compile -q $(UPGRADES) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build -o requirements.lock
	@uv pip compile -q $(UPGRADES) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build --group dev --group clients -c requirements.lock -o requirements-dev.lock
	@for peer in $(PEERS); do uv pip compile -q --prerelease allow $(UPGRADES) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate benchmarks/sdk_peers/$$peer.in -o benchmarks/sdk_peers/$$peer.lock; done

prices: $(VENV)/.dev ## Write the price book anew from the locked price sources, and show what changes
	@PYTHONPATH=src:. $(BIN)/python -m tools.price_book

bench: bench-pricing bench-ingestion bench-footprint bench-reports bench-pages bench-fairness bench-budgets bench-sdk ## Every claim about speed

bench-pricing: $(VENV)/.dev ## What pricing a call costs, against genai-prices in the same run
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.pricing
	@$(BIN)/pytest -q -n auto tests/unit/tools/test_equality.py tests/unit/corpus

bench-ingestion: $(VENV)/.dev ## What storing events takes, beside a raw COPY in the same run
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.ingestion

bench-footprint: $(VENV)/.dev ## What memory and disk ten minutes of ingestion take (FOOTPRINT_S for another time)
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.footprint

bench-reports: $(VENV)/.dev ## What a report takes, with a tenth of the calls and with all (minutes)
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.reports

bench-pages: $(VENV)/.dev ## What each page takes with a million calls, and when Chromium shows it (minutes)
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.pages

bench-fairness: $(VENV)/.dev ## What one organization's flood does to another's requests
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.fairness

bench-budgets: $(VENV)/.dev ## What budgets promise when many call at once, and what they cost (minutes)
	@$(BIN)/python -m pytest -q $(BUDGET_TESTS)
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.budgets $(BUDGET_PARTS)

bench-sdk: $(VENV)/.dev $(PEERS:%=$(VENV)/peers/%/.ready) ## What the Python SDK adds to a call, beside its peers
	@PYTHONPATH=src:. $(BIN)/python -m benchmarks.sdk

chaos: $(VENV)/.dev ## Whether anything acknowledged is ever lost: kill -9 of everything, minutes long
	@PYTHONPATH=src:. $(BIN)/python -m tests.chaos --seconds $${CHAOS_SECONDS:-120}

fuzz: $(VENV)/.dev ## Ten thousand generated requests against the OpenAPI document
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-260} $(BIN)/pytest tests/integration/http/test_fuzz.py --timeout=3600

screenshots: $(VENV)/.dev ## Take the README's picture anew; of every page, too: make screenshots PAGES=folder
	@PYTHONPATH=src:. $(BIN)/python -m tests.screenshots $(if $(PAGES),--pages "$(PAGES)")

clean: ## Remove the virtual environment and caches; data in .truecompute stays
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-artefacts

# Installed once, and again when what is locked has changed.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'TrueCompute needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...'; exit 1; }
	@echo 'Making the virtual environment ...'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@echo 'Installing the locked requirements ...'
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements-prices.lock $(VENV)/.run
	@echo 'Installing what tests and checks need ...'
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --require-hashes --no-deps -r requirements-prices.lock
	@touch $@

$(VENV)/peers/%/.ready: benchmarks/sdk_peers/%.lock | $(VENV)/bin/pip
	@echo 'Installing $* to be measured beside ...'
	@$(PYTHON) -m venv $(VENV)/peers/$*
	@$(VENV)/peers/$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
