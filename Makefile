# `make` lists the targets. Everything runs from .venv; nothing is installed outside of the checkout.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install up status doctor test e2e bench-sockets chaos-doors chaos-resume check fmt format lint types imports lock clean

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
	@$(BIN)/uv pip install --system-certs --quiet --python $(BIN)/python --require-hashes -r requirements.lock
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

bench-sockets: $(STAMP) ## what sockets cost, beside a bare echo and stock Channels (ARGS="--idle 1000")
	@$(BIN)/python -m bench.sockets $(ARGS)

chaos-doors: $(STAMP) ## every feature across processes, on one port and behind the proxy (ARGS="--tls")
	@$(BIN)/python -m tests.doors $(ARGS)

chaos-resume: $(STAMP) ## clients come and go while processes die: no gap, no doubling (ARGS="--clients 20")
	@$(BIN)/python -m tests.resumes $(ARGS)

check: format lint types imports ## all static checks

fmt: $(STAMP) ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

format: $(STAMP) ## check the formatting
	@$(BIN)/ruff format --check .

lint: $(STAMP) ## ruff
	@$(BIN)/ruff check .

types: $(STAMP) ## mypy --strict
	@DEBUG=1 $(BIN)/mypy

imports: $(STAMP) ## who may import whom
	@$(BIN)/lint-imports --no-logo

lock: $(STAMP) ## write requirements.lock anew (ARGS=--upgrade for newer releases)
	@$(BIN)/uv pip compile --system-certs pyproject.toml --group dev --universal --generate-hashes --no-header \
		--no-emit-index-url --python-version 3.11 --quiet -o requirements.lock $(ARGS)

clean: ## remove what tools left; .venv and the data in .local stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
