# Everything here works from a fresh clone with Python 3.11+ and make; `.venv` is made once, from the lock file.
PYTHON ?= python3
BIN := .venv/bin
SOAK_SECONDS ?= 300
SOAK_SOURCES ?=

.PHONY: install demo test quick check format run eval bench soak lock clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Healthwire needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

demo: install ## the whole chain on this machine: no internet needed; Ctrl-C ends it
	$(BIN)/healthwire demo

test: install ## all tests
	$(BIN)/python -m pytest

quick: install ## the tests that need no crawl, no server and no child process
	$(BIN)/python -m pytest -q -m "not slow"

check: install ## form: lint, formatting, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

run: install ## the service: visits, feeds and pages until Ctrl-C
	$(BIN)/healthwire run

eval: install ## how well it reads and judges; EVAL_DATA=DIR adds labelled material that is not part of this repository
	$(BIN)/python benchmarks/quality_read.py $(wildcard $(EVAL_DATA)/pages-*.jsonl.gz $(EVAL_DATA)/real-dumps.jsonl)
	$(BIN)/python benchmarks/quality_judge.py $(wildcard $(EVAL_DATA)/stories.jsonl $(EVAL_DATA)/news.jsonl $(EVAL_DATA)/real.jsonl) tests/labelled/*.jsonl $(addprefix --stream ,$(wildcard $(EVAL_DATA)/wild.jsonl.gz))

bench: install ## speed against named peers
	$(BIN)/python benchmarks/read.py
	$(BIN)/python benchmarks/judge.py

soak: install ## a bad day in minutes: kills, a full disk, a clock that jumps, a hostile source, and nothing lost
	$(BIN)/python benchmarks/soak.py --seconds $(SOAK_SECONDS) --sources "$(SOAK_SOURCES)"

lock: ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --extra dev --extra postgres --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --output-file constraints.txt

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
