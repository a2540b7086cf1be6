# The commands of the README. Everything is set up in .venv on first use.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready

.PHONY: help demo test test-fast check fix bench prove serve lock clean

help:  ## list these commands
	@awk -F':.*##' '/^[a-z-]+:.*##/ {printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(READY)  ## run the whole chain on the embedded demo; open out/demo/index.html
	$(PY) -m geo_planner run data/studies/demo.toml --out out/demo

# one process runs all tests of a file, and makes once what they share; tests/conftest.py orders files
test: $(READY)  ## all tests, those on whole regions and in a browser too
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not network and not prove"

# rooms whose answers are worked out on small inputs, without a region that others wait for
FAST := tests/kernels tests/words tests/siting tests/portfolio tests/land tests/accessibility tests/test_classes.py \
  tests/test_data_files.py tests/test_docs.py tests/test_errors.py tests/test_palette.py tests/test_schema.py

test-fast: $(READY)  ## unit tests, under a minute on an idle machine
	$(PY) -m pytest -n 2 -q --no-header $(FAST)

check: $(READY)  ## style, types, import contract, spelling
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m codespell_lib

fix: $(READY)  ## let the tools mend what they can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(READY) out/peers/.ready  ## measurements; writes out/bench/*.json
	$(PY) -m benchmarks

out/peers/.ready: benchmarks/requirements.txt  # programs to compare with, apart from ours
	$(PYTHON) -m venv out/peers
	out/peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

prove: $(READY)  ## the long proofs: every label against an independent search
	$(PY) -m pytest -m prove -n 2 -rP tests

SCENARIOS := $(wildcard data/studies/scenarios/*.toml)

serve: $(READY) out/demo/lautrup-bus/run.json  ## the demo and its scenarios in a browser: http://127.0.0.1:8000
	$(PY) -m geo_planner serve out/demo

out/demo/lautrup-bus/run.json: $(SCENARIOS)
	$(PY) -m geo_planner run data/studies/demo.toml $(SCENARIOS:%=--scenario %) --replace --out out/demo

lock:  ## pin the newest versions that fit pyproject.toml (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

clean:  ## remove what was made, the environment too
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "geo_planner needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@if command -v npm >/dev/null; then $(PY) -m geo_planner assets; \
	  else echo "npm is not installed: maps will load Leaflet from the internet when opened"; fi
	@touch $@
