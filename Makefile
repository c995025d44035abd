# Brigada: every command a developer needs. `make help` lists them.
#
# Each one prepares what it needs on a bare Debian or Ubuntu with Python and make: it installs missing
# system packages, makes .venv from the lock file, and starts private servers (deploy/local says how).

PYTHON ?= python3
ARGS ?=
VENV_PYTHON = .venv/bin/python

.PHONY: help run test demo screenshots offline calendar web venv lint bench requirements coverage openapi clean

help: ## List these commands
	@echo "Brigada. Commands:"
	@sed -n 's/^\([a-z][a-z%-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-22s %s\n", $$1, $$2 }'

run: ## Start the whole product on this machine until Ctrl-C (PORT=8080 HOST=0.0.0.0 DEMO=new)
	@$(PYTHON) -m deploy.local.run

test: ## Run the whole test suite on servers of its own (ARGS="-k words" for a part)
	@$(PYTHON) -m deploy.local.testing $(ARGS)

demo: ## Play the main job over HTTP, and what comes a year later (SMS=kannel: through a real SMS gateway)
	@$(PYTHON) -m deploy.local.demo $(ARGS)

screenshots: ## Take the pictures of the README anew (needs Chromium)
	@$(PYTHON) -m deploy.local.screenshots $(ARGS)

offline: ## Play phones without network, wrong clocks and killed servers (ARGS="--seeds 500", --killed 20)
	@$(PYTHON) -m deploy.local.testing tests/offline --devices 10 --commands 2000 $(ARGS)

calendar: ## Play the demo and every test that reads the clock on the days that break calendars
	@$(PYTHON) -m deploy.local.calendar $(ARGS)

web: ## Build the console and the field app, when their sources have changed
	@$(PYTHON) -m deploy.local.faces

venv: ## Make .venv hold what requirements.lock lists, and nothing to develop with
	@$(PYTHON) -m deploy.local.environment requirements.lock

lint: ## Check style, types (Python and faces), import walls and the freshness of the API description
	@$(PYTHON) -m deploy.local.environment
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync $(LINT)

# Migrations are compared with the models by the test suite, because that needs a database.
LINT = lint-style lint-format lint-types lint-walls lint-openapi lint-web
.PHONY: $(LINT)
lint-style: ; $(VENV_PYTHON) -m ruff check .
lint-format: ; $(VENV_PYTHON) -m ruff format --check .
lint-types: ; $(VENV_PYTHON) -m mypy
lint-walls: ; .venv/bin/lint-imports
lint-openapi: ; $(VENV_PYTHON) -m app.cli openapi --check
lint-web: ; $(PYTHON) -m deploy.local.faces check && $(PYTHON) -m deploy.local.faces

bench: ## Run all benchmarks and write var/bench/results.json
	@$(PYTHON) -m deploy.local.bench $(ARGS)

bench-%: ## Run one benchmark, for example: make bench-deadlines
	@$(PYTHON) -m deploy.local.bench $* $(ARGS)

requirements: ## Write docs/requirements.md: which tests prove which requirement
	@$(PYTHON) -m deploy.local.environment
	@$(VENV_PYTHON) -m tests.requirements $(ARGS)

coverage: ## Run the whole suite measured and write docs/coverage.md
	@$(PYTHON) -m deploy.local.testing --cov --cov-report= $(ARGS)
	@$(VENV_PYTHON) -m tests.coverage

openapi: ## Write openapi/openapi.json anew from the code
	@$(PYTHON) -m deploy.local.environment
	@$(VENV_PYTHON) -m app.cli openapi $(ARGS)

clean: ## Remove what tests, demos and checks left; the data of `make run` and .venv stay
	rm -rf var/demo var/calendar var/bench var/logs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
