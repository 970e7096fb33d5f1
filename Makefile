# Each target works alone on a fresh Debian 12 machine; setup/install brings what is missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
bin := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

setup: ## what `make demo` needs, and no more
	@setup/install

demo: ## a live campaign on a real PBX; ARGS="…" go to `cti demo`
	@setup/install && $(bin)/cti demo $(ARGS)

test: ## every check and every test; ARGS="…" go to pytest
	@setup/install packages test browser python asterisk console && $(MAKE) --no-print-directory check
	$(bin)/python setup/leftovers.py $(bin)/pytest -n 3 $(ARGS)

lint: ## style, types and the arrows between rooms
	@setup/install python console && $(MAKE) --no-print-directory check

check:
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	PATH=$$PWD/$(bin):$$PATH npm --prefix console run check

console-dev: ## the console with hot reload, beside a service that runs; CTI_URL=…
	@setup/install python console && PATH=$$PWD/$(bin):$$PATH npm --prefix console run dev $(ARGS)

bench-load: ## calls per second, CPU per call, answer to bridge; ARGS="…"
	@setup/install packages python asterisk && $(bin)/python -m bench.load $(ARGS)

bench-pick: ## the next lead from lists of up to ten million; ARGS="…"
	@setup/install packages test python && nice $(bin)/python -m bench.pick $(ARGS)

bench-outcomes: ## how right outcomes are, AMD() beside; 25 minutes; ARGS="--quick …"
	@setup/install packages python asterisk bench && $(bin)/python -m bench.outcomes $(ARGS)

bench-pacing: ## every pacer on simulated days; hours: ARGS="--quick --resume --plots …"
	@setup/install python && nice $(bin)/python -m bench.pacing $(ARGS)

bench-pacing-live: ## the same day on the PBX and in the simulator; ARGS="…"
	@setup/install packages python asterisk && $(bin)/python -m bench.pacing.live $(ARGS)

bench-desk: ## the console in a real browser: listening, screen pop, page weight; ARGS="…"
	@setup/install packages browser python asterisk console && $(bin)/python -m bench.desk $(ARGS)

pictures: ## the console's screens for the docs, in both languages, into docs/img
	@setup/install packages browser python asterisk console && $(bin)/python -m tests.browser.pictures $(ARGS)

compose-test: ## builds the images, runs the whole stack and a short demo in it
	@setup/install python && $(bin)/python setup/leftovers.py setup/compose-test

lock: ## pins what pyproject.toml asks for in requirements.lock (needs uv)
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	    --no-header --extra dev pyproject.toml -o requirements.lock
	echo podman-compose | uv pip compile --python-version 3.11 --universal --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate - -o setup/compose.lock

clean: ## what was made here, but not the cache shared by checkouts
	rm -rf .venv .state out console/dist console/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup demo test lint check console-dev bench-load bench-pick bench-outcomes bench-pacing bench-pacing-live bench-desk pictures compose-test lock clean
