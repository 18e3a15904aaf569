# make setup   install what is missing (PostgreSQL, Chromium, a C compiler), through apt
# make build   bin/broadsheet
# make demo    the main job on this machine alone; ARGS=--exit ends by itself
# make test    every check and test
# make bench   Go benchmarks (BENCH=regexp, PKG=./path/...), then make bench-send unless PKG is given
# make bench-send  sending, beside Postfix's load generator into Postfix's sink
# make shots   pictures of every fixture in a browser, into out/shots; SHOTS=regexp of NAME-PART-THEME-WIDTH-MODE
# make validate  html-validate over mails and web pages; the only target that needs Node.js
# make soak    the fault tests at length (ROUNDS=50; hours); as root also on a disk that is really full
# make lint    the checks without the tests
# make fmt     format the Go files

# The C library is not needed; the version comes from git here, not from the compiler.
export GOFLAGS := -buildvcs=false $(filter-out -buildvcs%,$(GOFLAGS))

VERSION := $(shell git -c safe.directory='*' describe --tags --always --dirty 2>/dev/null || echo dev)
PKG     ?= ./...
BENCH   ?= .
ARGS    ?=
ROUNDS  ?= 50
SHOTS   ?= .

.PHONY: soak setup build demo test bench bench-send shots validate lint fmt

setup:
	@.ci/setup go postgres chromium gcc

build:
	@.ci/setup go
	CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/broadsheet ./cmd/broadsheet

demo:
	@.ci/setup go postgres
	@$(MAKE) --no-print-directory build
	@bin/broadsheet demo $(ARGS)

test:
	@.ci/setup go postgres chromium gcc
	@.ci/lint
	go test -race -timeout 15m $(PKG)

bench:
	@.ci/setup go postgres
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)
ifeq ($(PKG),./...)
	@$(MAKE) --no-print-directory bench-send
endif

bench-send: build
	@.ci/setup postgres
	@.ci/bench-send

shots:
	@.ci/setup go chromium
	go test ./internal/render -run TestGallery -timeout 60m -shots $(CURDIR)/out/shots -shots-only '$(SHOTS)'
	@echo 'The pictures are in out/shots.'

validate:
	@.ci/setup go postgres
	@.ci/validate

soak:
	@.ci/setup go postgres
	BROADSHEET_OUTBOX_ROUNDS=$(ROUNDS) go test -tags soak -timeout 12h -v ./mailer/outbox -run 'Killed|Zombie|Everything|Crashes|AreCut|Storm|BadNetwork|Partition|Clock|Disk|Rolling'

lint:
	@.ci/setup go
	@.ci/lint

fmt:
	gofmt -w .
