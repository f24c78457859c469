# make run · make test · make build · make bench · make soak · make lint · make screenshots
.DEFAULT_GOAL := help
SHELL := /bin/bash
E2E := tests/e2e

.PHONY: help run test build deb lint bench soak screenshots frontend e2e-tools

help:
	@echo "make run          fill an invented neighbourhood and serve it"
	@echo "make test         everything that CI runs"
	@echo "make build        the release binary at target/release/fingerpost"
	@echo "make deb          a Debian package at target/debian (needs cargo-deb)"
	@echo "make lint         format, clippy, unused and forbidden things"
	@echo "make bench        the measurements of docs/benchmarks.md"
	@echo "make soak         the methods on invented people, thousands of times; docs/bench/soak.json"
	@echo "make screenshots  docs/screenshots, drawn anew"

# The two locked NHS front-end packages, which the build embeds.
frontend:
	@scripts/fetch-frontend

build: frontend
	cargo build --release --locked

# A Debian package at target/debian; needs cargo-deb (cargo install cargo-deb).
deb: build
	cargo deb -p fingerpost --no-build

run: frontend
	cargo build --locked
	target/debug/fingerpost demo --data var/demo --serve

lint: frontend
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@scripts/licences --check
	@scripts/lint

# Node packages and the mail server of the end-to-end tests.
e2e-tools: $(E2E)/node_modules/.stamp $(E2E)/.venv/.stamp

$(E2E)/node_modules/.stamp: $(E2E)/package-lock.json
	cd $(E2E) && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(E2E)/.venv/.stamp: $(E2E)/requirements.txt
	python3 -m venv $(E2E)/.venv
	$(E2E)/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(E2E)/requirements.txt
	@touch $@

test: frontend lint e2e-tools
	@scripts/test

bench: build e2e-tools
	TEST_POSTGRES_OPTIONS="-c fsync=on" scripts/with-postgres node scripts/bench.mjs

# What the statistics find where the truth is known: one test that is left out otherwise.
soak:
	SOAK_DAY=$$(date -I) SOAK_MACHINE="$$(nproc) cores" cargo test --release --locked -p fingerpost-evaluation --test simulations -- --ignored --nocapture

screenshots: frontend e2e-tools
	cargo build --locked
	node scripts/screenshots.mjs
