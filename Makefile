# `make` lists the targets. Everything runs from .venv; nothing is installed outside of the checkout.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install up status doctor test e2e e2e-runserver e2e-tls web-speed bench bench-scale bench-memory bench-sockets chaos chaos-smoke chaos-releases chaos-selftest deploy-test \
	chaos-processes chaos-resume fuzz attack client-check coverage check fmt format lint spelling types imports bandit deploy-check vulnerabilities \
	audit lock docs types-ts clients clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv from requirements.lock

$(STAMP): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "MySocial needs Python 3.11 or newer: install it, or choose another: make install PYTHON=..."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot create virtual environments: on Debian or Ubuntu, apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv~=0.13.0'
	@$(BIN)/uv pip install --system-certs --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

up: $(STAMP) ## run the whole site on this machine until Ctrl-C
	@exec $(BIN)/python manage.py up

status: $(STAMP) ## show processes, URLs, servers and records that are not in MongoDB yet
	@$(BIN)/python manage.py status $(ARGS)

doctor: $(STAMP) ## check this machine and the settings
	@$(BIN)/python manage.py doctor $(ARGS)

test: $(STAMP) ## run the tests (select some: ARGS="-k word")
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

e2e: $(STAMP) ## test the web client in a browser (needs Chromium; SCREENSHOTS=folder keeps screenshots)
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

e2e-runserver: $(STAMP) ## test the most used parts of the web client in a browser, on manage.py runserver (needs Chromium)
	@$(BIN)/python -m pytest tests/e2e --layout=runserver -m smoke $(ARGS)

e2e-tls: $(STAMP) ## test the web client over TLS, behind the production proxy, with killed replicas (needs caddy)
	@$(BIN)/python -m pytest tests/e2e --layout=production $(ARGS)

web-speed: $(STAMP) ## print the requests of the first load of the web client, and the time from a click to content
	@$(BIN)/python -m pytest tests/e2e/test_speed.py -k "first_load or soon_after" -q -s -n 0 $(ARGS)

bench: $(STAMP) ## measure the cost of each route (10 min; ARGS="--only feed --rounds 1")
	@$(BIN)/python -m bench $(ARGS)

bench-scale: $(STAMP) ## measure the cost with growing data (20 min; ARGS="--posts 200,2000 --follows 10,100")
	@$(BIN)/python -m bench.scale $(ARGS)

bench-memory: $(STAMP) ## measure the memory of a write in Redis (1 min; ARGS="--writes 20000")
	@$(BIN)/python -m bench.memory $(ARGS)

bench-sockets: $(STAMP) ## measure the cost of WebSockets (ARGS="--idle 1000")
	@$(BIN)/python -m bench.sockets $(ARGS)

chaos: $(STAMP) ## inject 80 faults during 50,000 writes and check that no data is lost, stale or duplicated (40 min)
	@$(BIN)/python -m tests.chaos $(ARGS)

chaos-smoke: $(STAMP) ## run one fault of each kind (90 s)
	@$(BIN)/python -m tests.chaos --smoke $(ARGS)

chaos-releases: $(STAMP) ## add, rename and remove fields of stored records under load and check that no data is lost (3 min)
	@$(BIN)/python -m tests.chaos --releases $(ARGS)

chaos-selftest: $(STAMP) ## check that the chaos checks find planted defects
	@$(BIN)/python -m tests.chaos.planted

chaos-processes: $(STAMP) ## test every feature across several processes (ARGS="--tls")
	@$(BIN)/python -m tests.chaos.multi_process $(ARGS)

chaos-resume: $(STAMP) ## check that clients resume without gaps or duplicates while processes die (ARGS="--clients 20")
	@$(BIN)/python -m tests.chaos.resume $(ARGS)

deploy-test: $(STAMP) ## run, upgrade, break, back up and restore compose.yaml in real containers (15 min; as root)
	@$(BIN)/python -m tests.containers $(ARGS)

fuzz: $(STAMP) ## send malformed input to both servers (20 min; ARGS="--seed 1 --short")
	@$(BIN)/python -m tests.fuzz $(ARGS)

attack: $(STAMP) ## attack a whole site as an outsider (30 min; needs caddy; BASE_URL=... attacks a running site; ARGS=--list)
	@$(BIN)/python -m tests.attack $(ARGS)

client-check: $(STAMP) ## try both client packages on a running site (BASE_URL=http://localhost:8000)
	@$(BIN)/python -m tests.clients.check_site $(ARGS)

coverage: $(STAMP) ## run the tests and report uncovered code (30 min)
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report= --cov-fail-under=0 $(ARGS)
	@$(BIN)/python -m tests.support.coverage_groups

check: format lint spelling types imports bandit deploy-check vulnerabilities ## run all static checks

fmt: $(STAMP) ## format the code and apply automatic fixes
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

format: $(STAMP) ## check the formatting
	@$(BIN)/ruff format --check .

lint: $(STAMP) ## lint with ruff
	@$(BIN)/ruff check .

spelling: $(STAMP) ## check the spelling with codespell
	@$(BIN)/codespell

types: $(STAMP) ## check types with mypy --strict
	@DEBUG=1 $(BIN)/mypy

imports: $(STAMP) ## check the import contracts
	@$(BIN)/lint-imports --no-logo

bandit: $(STAMP) ## look for insecure code
	@$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml .

deploy-check: $(STAMP) ## run Django's deployment checks with production settings
	@DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))') \
		PUBLIC_URL=https://social.example ALLOWED_HOSTS=social.example SECURE_SSL_REDIRECT=1 \
		ALLOWED_ORIGINS=https://social.example EMAIL_URL=smtp+tls://mail.example ENV_FILE= \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

vulnerabilities: $(STAMP) ## look for known vulnerabilities of locked dependencies, if the network allows
	@$(BIN)/python -m tests.support.dependency_audit

audit: $(STAMP) ## look for known vulnerabilities; fail if they cannot be looked up
	@$(BIN)/python -m tests.support.dependency_audit --strict

lock: $(STAMP) ## regenerate requirements.lock (newer releases: ARGS=--upgrade)
	@$(BIN)/uv pip compile --system-certs pyproject.toml --group dev --all-extras --universal --generate-hashes --no-header \
		--no-emit-index-url --python-version 3.11 --quiet -o requirements.lock $(ARGS)

docs: $(STAMP) ## build the docs as a site in .local/site
	@$(BIN)/mkdocs build --strict --quiet -f deploy/docs/mkdocs.yml
	@echo "open .local/site/index.html, or: cd .local/site && python3 -m http.server"

types-ts: $(STAMP) ## generate the TypeScript types in docs/types (needs npx), and the clients
	@$(BIN)/python -m tests.support.typescript
	@$(BIN)/python -m tests.support.clients

clients: $(STAMP) ## generate the REST part of the client packages
	@$(BIN)/python -m tests.support.clients

clean: ## remove caches of tools; .venv and .local stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
