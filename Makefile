# Two commands do all the set-up: make demo, make test. Needs python3 (3.11 to 3.13) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export UV_PYTHON_DOWNLOADS := never
export DBT_SEND_ANONYMOUS_USAGE_STATS := 0
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: setup demo test lint docs bench clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@echo "== Installerar i $(VENV) (en halv till tre minuter) =="
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" \
		|| { echo "Python 3.11 till 3.13 behövs; peka ut en med: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
		uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock; \
	fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(STAMP)

demo: setup
	@echo "== Demonstration: två månader i en syntetisk region (någon minut) =="
	@VARDLAGER_HOME="$${VARDLAGER_HOME:-data}" $(BIN)/vardlager demo

test: setup lint
	@echo "== Tester (omkring en halvtimme på två kärnor) =="
	@$(BIN)/python -m pytest

lint: setup
	@echo "== ruff, mypy, sqlfluff =="
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 models macros tests/dbt docs/queries

docs: setup
	@echo "== Tabellerna i docs/rules.md =="
	@$(BIN)/python -m tests.python.house.rule_page

bench: setup
	@echo "== Mätningar (omkring trekvart) =="
	@$(BIN)/python -m bench.run

clean:
	@test ! -d data || chmod -R u+w data
	rm -rf $(VENV) data build target logs .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info
