# `make` alone lists what can be made. Needed: make, and Python 3.11, 3.12 or 3.13 with its venv module.

PYTHON   ?= python3
# Whether a person named logs or warnings of their own.
OWN      := $(filter-out undefined,$(origin EVIDENCE) $(origin AGAINST))
# Warnings without logs would else be looked for in the examples, and what was found there taken for one's own.
ifneq ($(filter run,$(MAKECMDGOALS)),)
ifeq ($(origin EVIDENCE),undefined)
ifneq ($(origin AGAINST),undefined)
$(error EVIDENCE is missing: AGAINST says what to look for; say too in which logs: make run EVIDENCE=/var/log AGAINST=feed.json)
endif
endif
endif
EVIDENCE ?= src/tocsin/data/examples/evidence
AGAINST  ?= src/tocsin/data/examples/warnings-2021.json
FUZZ_S   ?= 60
PAIRS    ?= 100000
OBJECTS  ?= 1000000
EXAMPLES ?= 5000

VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
REPORT := out/report.html
UV     := uv==0.13.9

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run nodes test check sbom browser format docs bench crash fuzz leaks lock properties reference stop clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# What is there by that name is one word, blanks and all; anything else is read as the shell reads it: several
# names, globs, quotes.
run: export EVIDENCE := $(EVIDENCE)
run: export AGAINST := $(AGAINST)
run: $(VENV)/.run ## Play the exercise of 2021, or check your logs: make run EVIDENCE=/var/log AGAINST=feed.json
	@mkdir -p $(dir $(REPORT))
	@if [ -z "$(OWN)" ]; then exec $(BIN)/python scripts/run_exercise.py; fi; \
	if [ -e "$$AGAINST" ]; then set -- "$$AGAINST"; else eval "set -- $$AGAINST"; fi; \
	set -- --against "$$@" --report $(REPORT); \
	if [ -e "$$EVIDENCE" ]; then set -- "$$EVIDENCE" "$$@"; else eval "set -- $$EVIDENCE \"\$$@\""; fi; \
	code=0; $(BIN)/tocsin check "$$@" || code=$$?; \
	case $$code in \
	  0|1|7) echo "The report to read and print: $(REPORT)" ;; \
	  *) exit $$code ;; \
	esac

nodes: $(VENV)/.run ## Start a hub and a member with example warnings and logs, for the tutorial
	@$(BIN)/python scripts/run_nodes.py

stop: $(VENV)/.run ## End what make run and make nodes left serving
	@$(BIN)/python scripts/run_exercise.py stop
	@$(BIN)/python scripts/run_nodes.py stop

test: check ## Set up, then run every check and test
	TZ='<+1245>-12:45' PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.test ## Format, lint, types, layers, our own bill of materials, docs: all that needs no test run
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/own_bill.py --brief
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky --builder html docs site

sbom: $(VENV)/.run ## Write our bill of materials into dist/, and judge it; ADVISORIES=FILES adds more
	@$(BIN)/python scripts/own_bill.py $(if $(ADVISORIES),--against $(ADVISORIES))

browser: ## Install the browser that tests look at the pages with (Debian and Ubuntu; asks for root)
	@if command -v chromium >/dev/null; then echo "There is a chromium already."; \
	elif [ "$$(id -u)" = 0 ]; then apt-get update && apt-get install --yes --no-install-recommends chromium; \
	else echo "Only root may install it:"; sudo apt-get update && sudo apt-get install --yes --no-install-recommends chromium; fi

format: $(VENV)/.test ## Format the code, and mend what the linter can mend
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: $(VENV)/.docs ## Build the documentation: site/index.html
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky --builder html docs site
	@echo "The documentation: site/index.html"

reference: $(VENV)/.test ## Write what comes from the code: reference pages, and the output that the README shows
	$(BIN)/python scripts/reference_pages.py
	$(BIN)/python scripts/readme_output.py

bench: $(VENV)/.bench ## Measure, against a peer or a bound of the same run
	@set -e; for script in tests/bench/bench_*.py; do \
	  case $$script in */bench_store.py) size=$(OBJECTS) ;; *) size= ;; esac; $(BIN)/python $$script $$size; \
	done

crash: $(VENV)/.test ## Kill a writing node twenty times on each database, and count what is lost
	@$(BIN)/python tests/crash/crash_store.py 20

leaks: $(VENV)/.test ## Hold PAIRS=100000 pairs of a reader and an object to the rules of sharing
	$(BIN)/python tests/doors/many_pairs.py $(PAIRS)

properties: $(VENV)/.test ## Try every long property on EXAMPLES=5000 examples (an hour or so)
	TOCSIN_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/detect tests/engine tests/incidents tests/inventory tests/measures tests/properties tests/store/test_advisories.py tests/store/test_visibility.py

fuzz: $(VENV)/.fuzz ## Fuzz the parsers, FUZZ_S=60 seconds each (Linux)
	@$(BIN)/python scripts/fuzz_corpus.py
	@set -e; for script in tests/fuzz/fuzz_*.py; do \
	  echo "$$script, $(FUZZ_S) s"; name=$${script##*/fuzz_}; \
	  $(BIN)/python $$script -max_total_time=$(FUZZ_S) -artifact_prefix=build/fuzz/ build/fuzz/corpus-$${name%.py}; \
	done

lock: build/lock/.made ## Pin every dependency with hashes, for all platforms and Pythons
	@set -e; \
	lock() { out=requirements/$$1.txt; shift; echo "$$out"; \
	  build/lock/bin/uv pip compile "$$@" --no-config --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o $$out; \
	  if grep -nE '://|file:|--index|--find-links' $$out; then echo "$$out names a place to load from" >&2; exit 1; fi; }; \
	lock run   pyproject.toml --extra plan --group build; \
	lock test  pyproject.toml --group build --group test --group docs -c requirements/run.txt; \
	for group in docs bench fuzz; do lock $$group --group pyproject.toml:$$group -c requirements/test.txt; done; \
	date -u +%F > requirements/locked-on

clean: ## Remove what was made, and the virtual environment
	rm -rf $(VENV) out site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests scripts docs -name __pycache__ -type d -prune -exec rm -rf {} +

# -- set up: each stamp is newer than what it was made from, so a second run starts at once ------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Tocsin needs Python 3.11, 3.12 or 3.13. Name one: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	@$(PIP) install --require-hashes --requirement requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.%: requirements/%.txt $(VENV)/.run
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

build/lock/.made:
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install $(UV)
	@touch $@
