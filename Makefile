# `make` lists the targets. Everything runs from .venv; nothing is installed outside of the checkout.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install up status doctor test e2e e2e-tls bench bench-scale bench-sockets chaos chaos-smoke chaos-selftest \
	chaos-doors chaos-resume fuzz coverage check fmt format lint spelling types imports bandit deploy-check known-holes \
	audit lock docs types-ts clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with exactly what requirements.lock says

$(STAMP): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "MySocial needs Python 3.11 or newer: install it, or name one: make install PYTHON=..."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments: on Debian or Ubuntu, apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv~=0.13.0'
	@$(BIN)/uv pip install --system-certs --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

up: $(STAMP) ## run everything on this machine until Ctrl-C
	@exec $(BIN)/python manage.py up

status: $(STAMP) ## show what runs, where, and what is owed to MongoDB
	@$(BIN)/python manage.py status $(ARGS)

doctor: $(STAMP) ## check this machine and the settings
	@$(BIN)/python manage.py doctor $(ARGS)

test: $(STAMP) ## run the tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

e2e: $(STAMP) ## the web client in a browser (needs Chromium; SCREENSHOTS=folder keeps pictures)
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

e2e-tls: $(STAMP) ## the same over TLS, behind the proxy of production, replicas killed (needs caddy)
	@$(BIN)/python -m pytest tests/e2e --layout=production $(ARGS)

bench: $(STAMP) ## what each route costs, beside the floor (10 min; ARGS="--only feed --rounds 1")
	@$(BIN)/python -m bench $(ARGS)

bench-scale: $(STAMP) ## the same as there is ever more (20 min; ARGS="--posts 200,2000 --follows 10,100")
	@$(BIN)/python -m bench.scale $(ARGS)

bench-sockets: $(STAMP) ## what sockets cost, beside a bare echo and stock Channels (ARGS="--idle 1000")
	@$(BIN)/python -m bench.sockets $(ARGS)

chaos: $(STAMP) ## 50,000 writes under 80 faults and more: nothing lost, stale, undead or doubled (40 min)
	@$(BIN)/python -m tests.chaos $(ARGS)

chaos-smoke: $(STAMP) ## the same in a minute and a half
	@$(BIN)/python -m tests.chaos --smoke $(ARGS)

chaos-selftest: $(STAMP) ## plant defects, each of which the same checks must find
	@$(BIN)/python -m tests.chaos.planted

chaos-doors: $(STAMP) ## every feature across processes, on one port and behind the proxy (ARGS="--tls")
	@$(BIN)/python -m tests.chaos.multi_process $(ARGS)

chaos-resume: $(STAMP) ## clients come and go while processes die: no gap, no doubling (ARGS="--clients 20")
	@$(BIN)/python -m tests.chaos.resume $(ARGS)

fuzz: $(STAMP) ## what strangers send, to both doors: 20 minutes (ARGS="--seed 1 --short")
	@$(BIN)/python -m tests.fuzz $(ARGS)

coverage: $(STAMP) ## the tests, and what of the code they do not run (half an hour)
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report= --cov-fail-under=0 $(ARGS)
	@$(BIN)/python -m tests.support.coverage_groups

check: format lint spelling types imports bandit deploy-check known-holes ## all static checks

fmt: $(STAMP) ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

format: $(STAMP) ## check the formatting
	@$(BIN)/ruff format --check .

lint: $(STAMP) ## ruff
	@$(BIN)/ruff check .

spelling: $(STAMP) ## codespell
	@$(BIN)/codespell

types: $(STAMP) ## mypy --strict
	@DEBUG=1 $(BIN)/mypy

imports: $(STAMP) ## who may import whom
	@$(BIN)/lint-imports --no-logo

bandit: $(STAMP) ## what in the code looks dangerous
	@$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml .

deploy-check: $(STAMP) ## Django's own checks, with the settings of production
	@DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))') \
		PUBLIC_URL=https://social.example ALLOWED_HOSTS=social.example SECURE_SSL_REDIRECT=1 \
		ALLOWED_ORIGINS=https://social.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

known-holes: $(STAMP) ## known holes in what is locked, as far as somebody can be asked
	@$(BIN)/python -m tests.support.dependency_audit

audit: $(STAMP) ## the same; not to be audited is an error
	@$(BIN)/python -m tests.support.dependency_audit --strict

lock: $(STAMP) ## write requirements.lock anew (ARGS=--upgrade for newer releases)
	@$(BIN)/uv pip compile --system-certs pyproject.toml --group dev --all-extras --universal --generate-hashes --no-header \
		--no-emit-index-url --python-version 3.11 --quiet -o requirements.lock $(ARGS)

docs: $(STAMP) ## the docs as a site, into .local/site
	@$(BIN)/mkdocs build --strict --quiet -f deploy/docs/mkdocs.yml
	@echo "open .local/site/index.html, or: cd .local/site && python3 -m http.server"

types-ts: $(STAMP) ## TypeScript types of the API and the events, into docs/types (needs npx)
	@$(BIN)/python -m tests.support.typescript

clean: ## remove what tools left; .venv and the data in .local stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
