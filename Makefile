# Viesti. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN     := $(CURDIR)/bin
TOOLS   := $(CURDIR)/.cache/tools
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS := -s -w -X github.com/viesti-sms/viesti/services/internal/boot.Version=$(VERSION)
GO      ?= go
FUZZTIME ?= 60s

# Most tests wait for something most of the time: more of them at once than there are
# processors, in more packages than that.
CPUS := $(shell nproc 2>/dev/null || echo 2)
SIDE_BY_SIDE := -p $(shell echo $$(( $(CPUS) > 3 ? $(CPUS) : 3 ))) -parallel $(shell echo $$(( $(CPUS) > 8 ? $(CPUS) : 8 )))

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: need-go
need-go:
	@command -v $(GO) >/dev/null || { echo "make: Go is not installed; get version 1.26 or later from your distribution or go.dev" >&2; exit 1; }

.PHONY: build
build: need-go ## build every program into bin/
	cd services && CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

.PHONY: run
run: build ## build and run the demo: a gateway with two simulated modems
	exec $(BIN)/viestid --demo

.PHONY: test
test: need-go ## run all tests, with the race detector and in random order
	@command -v cc >/dev/null || command -v gcc >/dev/null || { echo "make: the race detector needs a C compiler (Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	cd proto && $(GO) test -race -shuffle=on ./...
	cd services && $(GO) build -o $(BIN)/test/ ./cmd/... github.com/nats-io/nats-server/v2
	cd services && VIESTI_TEST_BIN=$(BIN)/test $(GO) test -race -shuffle=on $(SIDE_BY_SIDE) ./...

.PHONY: soak
soak: need-go ## let fifty simulated modems misbehave for a simulated hour (SEED=N repeats one)
	cd services && $(GO) test -count=1 -timeout 10m -v ./test/soak -args -modems 50 -hosts 5 -simulated 1h -scale 15 -rate 4 -seed $(or $(SEED),0)

.PHONY: cluster
cluster: need-go ## lose a scheduler and a broker at every step, for two hundred seeds (SEED=N repeats)
	cd services && $(GO) test -count=1 -timeout 20m -v ./test/cluster -args -seeds 200 -round 25 -beside 2 -seed $(or $(SEED),0)

.PHONY: clock
clock: need-go ## set the clock of a gateway forward and back
	cd services && $(GO) test -tags clock -count=1 ./test/clock/...

.PHONY: flood
flood: need-go ## drop FILES (100000) at once, kill the gateway KILLS (10) times, and ask for every message
	cd services && $(GO) test -count=1 -timeout 30m -v ./test/flood -args -files $(or $(FILES),100000) -kills $(or $(KILLS),10)

.PHONY: smpp-soak
smpp-soak: need-go ## kill an SMPP server under load a hundred times (KILLS=N)
	cd services && $(GO) test -count=1 -timeout 60m -v -run TestKills ./test/smpp -args -kills $(or $(KILLS),100)

.PHONY: peer
peer: need-go ## compare with the real smsd (Debian packages smstools, procmail and gawk)
	cd services && $(GO) test -tags peer -count=1 ./test/peer/...

.PHONY: interop
interop: need-go ## let the SMPP clients of others talk with a gateway (Debian packages kannel, libnet-smpp-perl, nodejs and npm)
	cd services && $(GO) test -tags interop -count=1 ./test/interop/...

.PHONY: stress
stress: need-go ## hold an SMPP port to its promises: 10,000 idle sessions, 10,000 strangers, 10,000 PDUs of junk a second
	cd services && $(GO) test -count=1 -timeout 15m -v ./test/stress -args -full -binds 10000 -openings 10000 -junk 60s

.PHONY: bench
bench: build ## measure, next to the real smsd and Kannel where they are installed
	cd services && $(GO) run ./test/bench
	cd services && $(GO) run ./test/bench -only smpp
	cd services && $(GO) test -run '^$$' -bench . -benchmem ./internal/codec/... ./internal/core/...

.PHONY: fuzz
fuzz: need-go ## run every fuzz target for FUZZTIME (60s)
	scripts/fuzz $(FUZZTIME)

.PHONY: verify
verify: tools ## check format, vet, lint, contract, generated code, tidiness and links
	scripts/verify $(TOOLS)

.PHONY: fix
fix: tools ## repair what verify complains about, where a machine can
	scripts/fix $(TOOLS)

.PHONY: generate
generate: tools ## generate the Go code of the contract
	cd proto && PATH=$(TOOLS):$$PATH buf generate

.PHONY: tools
tools: $(TOOLS)/.built

$(TOOLS)/.built: scripts/tools/go.mod scripts/tools/go.sum
	@$(MAKE) --no-print-directory need-go
	mkdir -p $(TOOLS)
	cd scripts/tools && GOWORK=off $(GO) build -o $(TOOLS)/ $$(GOWORK=off $(GO) list -f '{{.ImportPath}}' tool)
	touch $@

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) .cache
