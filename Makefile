# SPDX-License-Identifier: MIT OR Apache-2.0
# The commands of this project; `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help setup build release test check demo bench lint format clean simulator sim-nightly stress

help: ## list the commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: ## install what the system must provide, and the peer of the interoperability tests
	@scripts/setup

build: ## debug build of everything, tests included
	swift build --build-tests

release: ## release build of the programs
	swift build -c release --product x0xd
	swift build -c release --product x0x
	swift build -c release --product x0x-bench

test: ## lint, builds, all tests, demo
	@scripts/run-tests

check: ## the quick part of `make test`, for before a commit
	@scripts/check

demo: ## three agents meet, publish and talk; KEEP=1 leaves the daemons running
	swift build -c release --product x0xd
	swift build -c release --product x0x
	.build/release/x0x demo $(if $(KEEP),--keep)

bench: ## measure handshakes, throughput, latency and the idle daemon
	swift build -c release --product x0xd
	swift build -c release --product x0x-bench
	.build/release/x0x-bench

simulator: ## release build of x0x-sim, the simulator of the gossip overlay
	swift build -c release --product x0x-sim

sim-nightly: simulator ## thousands of simulated networks, all scenarios (SEEDS=1000 each)
	.build/release/x0x-sim sweep --count $(or $(SEEDS),1000) --first-seed $(or $(FIRST_SEED),1)

stress: ## daemons under load: lost messages, isolation, a client that never reads (minutes)
	swift build -c release --product x0xd
	swift build -c release --product x0x-bench
	.build/release/x0x-bench stress --nodes 5 --messages 10000
	.build/release/x0x-bench stress --nodes 4 --messages 14400 --bytes 12000 --rate 20
	.build/release/x0x-bench slow-consumer --messages 100000

lint: ## check the format of every Swift file
	swift format lint --strict --parallel --recursive Sources Tests

format: ## format every Swift file
	swift format --in-place --parallel --recursive Sources Tests

clean: ## remove everything built
	rm -rf .build
