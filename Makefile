# Everything has one door: `make run` to try it, `make test` to check it.
# Each target is one script, so that what happens can be read in one place.

.DEFAULT_GOAL := help
.PHONY: help run test check fmt web setup bench soak

help: ## Show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

run: ## Build, load a demo company on first start, and serve it on 127.0.0.1:8080
	@scripts/run

test: ## Everything CI demands, in order
	@scripts/test

check: ## The quick part of the above: format, tidy, clippy
	@scripts/check

fmt: ## Format Rust and web sources
	@cargo fmt --all
	@[ ! -d web/node_modules ] || npm --prefix web run --silent format

web: ## Build the web pages that the binary serves
	@scripts/build-web

setup: ## Install (Debian, as root) or name what `make test` needs
	@scripts/setup

bench: ## Load the real binary: BENCH_ENGINE=sqlite|postgres|both
	@scripts/bench

soak: ## Long tests: 20 rounds of kill -9 on each engine
	@scripts/soak
