PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check fast browser screens setup lock samples clean

demo: setup  ## load the demonstration plant and open the chat on http://127.0.0.1:7860
	$(BIN)/millhand demo

test: check fast browser  ## all checks: format, lint, types, layering, fast tests, browser tests

setup: $(VENV)/.ready

# torch comes first and without a hash: its CPU build differs from one index to the next, its version does not.
# pip compiles on one core. What compileall says of templates that are no Python yet is no failure.
$(VENV)/.ready: requirements.lock requirements-torch.txt requirements-nodeps.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25"
	$(BIN)/python -m pip install --quiet --no-compile --no-deps -r requirements-torch.txt
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements.lock -r requirements-nodeps.txt
	$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not browser" -n 2 --dist loadscope

browser: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m browser -n 2 --dist loadfile

screens: setup  ## picture every tab of the demonstration plant, phone and desktop, both languages, into docs/screens
	$(BIN)/python -m tests.browser.screens docs/screens

lock: setup  ## resolve the dependencies anew (minutes) and pin them with hashes
	$(BIN)/pip-compile --quiet --all-extras --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --unsafe-package torch --output-file requirements.lock pyproject.toml
	sed -i '/^# The following packages are considered/,$$d' requirements.lock

samples: setup  ## typeset the demonstration plant's manuals again
	$(BIN)/python -m corpus.samples.build

clean:
	rm -rf $(VENV) .data
