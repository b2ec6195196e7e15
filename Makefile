# Everything a developer types. Needs Go; `make tools` brings the rest (scripts/install-tools).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: build test test-race test-model tools check lint fmt linters torture bench screenshots fuzz

# The pinned linters live outside the tree, so that a clean checkout finds them again.
BIN      ?= $(shell go env GOPATH)/bin
PACKAGES ?= ./...
FUZZTIME ?= 20s
BENCHTIME ?= 10
KILLS    ?= 10000

build: ## the binary, in bin/kassa
	CGO_ENABLED=0 go build -trimpath -o bin/kassa ./cmd/kassa

test: tools test-race test-model ## every test, both engines, the browser included

test-race:
	go test -race -shuffle=on -timeout 20m $(PACKAGES)

# Model tests run their long form only without the race detector (CONTRIBUTING.md, "Tests").
test-model:
	@dirs=$$({ grep -rl --include='*_test.go' '^func TestModel' . || true; } | xargs -r -n1 dirname | sort -u); \
	if [ -n "$$dirs" ]; then go test -count=1 -timeout 20m -run '^TestModel' $$dirs; fi

tools: ## what the tests need besides Go
	scripts/install-tools

check: lint test ## what every commit passes

lint: linters fmt
	go vet $(PACKAGES)
	$(BIN)/staticcheck $(PACKAGES)
	$(BIN)/golangci-lint run $(PACKAGES)

fmt:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt -w is needed for:"; echo "$$unformatted"; exit 1; fi

linters:
	scripts/install-linters $(BIN)

torture: tools ## callbacks to bad receivers while the program is killed KILLS times, its disk fills up and its syncs fail
	go test -count=1 -timeout 0 -run '^TestTorture' -v ./internal/crashtest -torture.kills=$(KILLS)

bench: build ## measured against the least program that could do the job (docs/performance.md)
	bin/kassa bench create --limit --connections 64 --seconds $(BENCHTIME)
	bin/kassa bench pair --limit --connections 64 --seconds $(BENCHTIME)
	bin/kassa bench purchase --limit --connections 64 --seconds $(BENCHTIME)

screenshots: tools ## the page in every state: phone and desktop, light and dark, English, German and Arabic, into docs/screenshots
	rm -f docs/screenshots/*.png
	KASSA_SCREENSHOTS=$(CURDIR)/docs/screenshots go test -count=1 -run '^(TestLayout_fitsEveryWidth|TestMessages_mailFits|TestReceipt_onPaper)$$' ./internal/page

fuzz: ## every fuzz target, FUZZTIME each
	scripts/fuzz $(FUZZTIME)
