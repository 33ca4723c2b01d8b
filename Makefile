# The two commands: make run, make test. The rest is what they are made of.
.DEFAULT_GOAL := help
.PHONY: help run build web test test-web test-rust test-journeys bench clean-demo

help:
	@echo "make run     installs what is missing, builds, starts the demo town on http://localhost:8080"
	@echo "make test    installs what is missing and runs every test"
	@echo "make build   builds target/release/shian"
	@echo "make bench   measures and prints the table of bench/README.md"

run: build
	@exec scripts/run-demo

build: web
	@scripts/step "building the server (first time some minutes)" cargo build --release --locked -p shian
	@scripts/install-onnxruntime || echo "ONNX Runtime could not be fetched; the slower built-in engine is used"

web:
	@scripts/build-web

test: test-web test-rust test-journeys

test-web: web
	@scripts/step "checking the types of the screens" npm --prefix web run check
	@scripts/step "testing the screens' logic" npm --prefix web test

test-rust:
	@scripts/test-rust

test-journeys: web
	@scripts/test-journeys

bench: build
	@scripts/bench

clean-demo:
	rm -rf data/demo
