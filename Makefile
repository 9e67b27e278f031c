# Two commands are enough: `make run` serves, `make test` tests. Everything lives in .venv and var.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
TESTABLE := .venv/.installed-test
# Only wheels, and only those whose hash a lock holds: a build would fetch tools that no lock names. pip looks for no
# dependencies, because a test keeps the locks complete. It compiles nothing either: Python compiles the third that is
# imported when it is first imported, which is why bytecode is written here whatever the surroundings say.
# The pip of $(PYTHON) installs into the environment: unpacking another pip there takes longer than creating all the rest.
# An environment that has its own pip uses it.
PIP_INSTALL = pip="$(PYTHON) -m pip --python $(BIN)/python"; \
  if $(BIN)/python -c 'import pip' 2>/dev/null; then pip="$(BIN)/python -m pip"; fi; \
  $$pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps --no-compile
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install run test quick check bench prove figures lock

install: $(INSTALLED)

# The program runs from this checkout, nothing is built: Python finds it by a path file, people by .venv/bin/hengjie.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新版本，现为 $$($(PYTHON) --version 2>&1)；可用 make PYTHON=python3.11 指定" \
	       "(Python 3.11 or newer is needed)" >&2; exit 1; }
	$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -c 'import sys, pip; sys.exit(int(pip.__version__.split(".")[0]) < 23)' 2>/dev/null || \
	  $(BIN)/python -m ensurepip >/dev/null || { \
	  echo "此 Python 缺 pip；Debian 上请安装 python3-pip 或 python3-venv (this Python lacks pip)" >&2; exit 1; }
	@echo 'pip install -r requirements.lock'; $(PIP_INSTALL) -r requirements.lock
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/hengjie.pth"
	@printf '#!/bin/sh\nexec "%s" -P -c "%s" "$$@"\n' "$(CURDIR)/$(BIN)/python" \
	  "import sys; from api.cli import main; sys.argv[0] = 'hengjie'; main()" > $(BIN)/hengjie
	@chmod +x $(BIN)/hengjie
	@touch $@

# What tests and checks add to what runs; `make run` afterwards takes nothing away.
$(TESTABLE): $(INSTALLED) requirements-test.lock
	@echo 'pip install -r requirements-test.lock'; $(PIP_INSTALL) -r requirements-test.lock
	@touch $@

run: $(INSTALLED)
	$(BIN)/hengjie run

# All tests, on SQLite and PostgreSQL; and those without what is marked `proof`, on SQLite alone and with fewer random examples.
# One worker a core; tests that start processes, listen on a socket or drive a browser follow each other on one worker (`alone`).
# What tests write is removed with its folder, which is in memory where two gigabytes of it are free: databases are created by
# the hundred and none outlives its test. An embedded PostgreSQL and the browser put their sockets into XDG_RUNTIME_DIR.
PYTEST = scratch=$$(mktemp -d $$(memory=$$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $$4}'); \
	  [ "$${memory:-0}" -gt 2000000 ] && echo "-p /dev/shm")); trap 'rm -rf "$$scratch"' EXIT; \
	export TMPDIR="$$scratch" XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-$$scratch}"; \
	$(BIN)/python -m pytest --numprocesses logical --dist loadscope

test: $(TESTABLE)
	@$(PYTEST)

quick: $(TESTABLE)
	@$(PYTEST) -m "not proof" --hypothesis-profile quick

check: $(TESTABLE)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml basin monitoring_ingest settlement api
	@$(BIN)/python -m tests.shape

bench: $(TESTABLE)
	$(BIN)/python -m tests.benchmarks

# Two evaluators and two worlds, a hundred thousand agreements, to the fen: about 40 minutes on two cores. It writes docs/proof.md.
# Then a million broken telegrams through a live listener, and processes that take data in are killed at random moments,
# fifty times for each door and database: docs/intake-proof.md. Two hundred thousand broken evidence files are opened, and a
# thousand recomputed: docs/safety.md. At last two hundred random requests for every operation of the API, held against its
# description: docs/pushing.md. Before all that, twenty thousand broken YAML files go through the loader and the checks:
# docs/safety.md.
prove: $(TESTABLE)
	$(BIN)/python -m tests.safety.yaml_storm 20000 --keep
	$(BIN)/python -m tests.independent.prove
	$(BIN)/python -m tests.api.telegram_storm 1000000
	@if [ -z "$$XDG_RUNTIME_DIR" ]; then \
	  export XDG_RUNTIME_DIR=$$(mktemp -d); trap 'rm -rf "$$XDG_RUNTIME_DIR"' EXIT; fi; \
	$(BIN)/python -m tests.monitoring_ingest.kill_proof
	$(BIN)/python -m tests.settlement.evidence.pack_storm 200000 1000 --keep
	HENGJIE_FUZZ=200 $(BIN)/python -m pytest -q tests/api/test_openapi_fuzz.py

# The page of figures, from the agreements and cases as they are.
figures: $(INSTALLED)
	$(BIN)/hengjie agreement figures --with fixtures --families docs/coverage.md > docs/figures.md.new
	mv docs/figures.md.new docs/figures.md

# Both locks, from the names in pyproject.toml, for every platform, with the hashes of all files of a release; needs a network.
# A pin stays as long as the names allow it: `make lock LOCK=--upgrade` takes the newest releases instead.
lock:
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; set -e; \
	$(PYTHON) -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip install --quiet --disable-pip-version-check uv; \
	compile() { "$$scratch/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --strip-extras --no-annotate --no-header $(LOCK) "$$@"; }; \
	compile pyproject.toml -o requirements.lock; \
	compile --group test -c requirements.lock -o requirements-test.lock \
	  $$(sed -n 's/^\([^ =]*\)==.*/--no-emit-package \1/p' requirements.lock)
