# The two commands of the README, and what they are made of. Needs a Rust toolchain and make; the rest is installed.

CARGO ?= cargo

.PHONY: run test setup check ci help

help:
	@echo "make run    install what is missing, build, and open the window on demo clips"
	@echo "make test   install what is missing, and run all tests"
	@echo "make setup  only install what is missing"
	@echo "make check  formatting, lints and documentation, with warnings denied"
	@echo "make ci     all of it, as the checking machine does"

# First, so that a plain "make" explains itself instead of installing packages.
.DEFAULT_GOAL := help

run: setup
	@test -e target/release/lookback || echo "The first build compiles all that Lookback stands on: about 10 minutes on two cores."
	$(CARGO) build --release
	$(CARGO) run --release --quiet -- demo --out demo --open

test: setup
	$(CARGO) test

setup:
	@sh scripts/setup.sh

# The examples flag makes cargo resolve features as it does for the tests, so that nothing is compiled a second time.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items --lib --examples

ci:
	.ci/run
