# Weir's tasks. `make` alone lists them. All but lint, vuln and ci need only Go,
# a C compiler and make.

.DEFAULT_GOAL := help

BIN       := bin/weir
HOME_DIR  ?= weir-home
BENCH     ?= .
FUZZTIME  ?= 10s
N         ?= 20000

VERSION   := $(shell git describe --tags --dirty 2>/dev/null)
COMMIT    := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS   := -X main.version=$(VERSION) -X main.commit=$(COMMIT)

TOOL      := go tool -modfile=tools/go.mod
export GOFLAGS := $(GOFLAGS) -tags=duckdb_arrow

LINT      := $(TOOL) golangci-lint
# Prints what go test prints, then the tests that skipped.
GOTEST    := go run tools/skipcheck/main.go tools/skipcheck/report.go

# Where goroutines share memory, or code is pure and its race run is cheap.
RACE_PACKAGES := ./policy ./policy/identity/... ./etl/contract ./sql/snapshot ./sql/gateway ./sql/doors/access ./sql/doors/pgwire ./sql/doors/flight ./sql/doors/http

# Clients that tests need: programs, as program:Debian-package; Debian packages
# without a program; Python packages, which go to an environment of their own,
# first on the tests' PATH; and Arrow's JDBC driver.
PROGRAMS  := python3:python3 zstd:zstd curl:curl psql:postgresql-client isql:unixodbc Rscript:r-base-core java:default-jdk-headless mvn:maven
LIBRARIES := libpostgresql-jdbc-java odbc-postgresql python3-psycopg python3-psycopg2 python3-sqlalchemy r-cran-rpostgresql r-cran-dbplyr
PYTHON    := open-data-contract-standard jsonschema adbc-driver-flightsql pyarrow pandas polars
VENV      := $(CURDIR)/bin/python
JDBC      := org.apache.arrow:flight-sql-jdbc-driver:18.3.0
export PATH := $(VENV)/bin:$(PATH)
SUDO      := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# What ci runs, in this order, and where the vulnerability check leaves word.
CI_STEPS  := fmt-check generated-check lint vuln test-strict race run
VULN_WORD := bin/vuln.txt

.PHONY: help
help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build, then make, load, measure and publish a synthetic district
	$(BIN) quickstart --home $(HOME_DIR)

.PHONY: build
build: ## build bin/weir
	go build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/weir

.PHONY: test
test: ## run all tests; those that need a program you lack say so and skip
	@$(GOTEST) -timeout 30m ./...

.PHONY: test-strict
test-strict: ## run all tests, none from the cache; a skipped one is a failure
	@WEIR_CI=1 $(GOTEST) -count=1 -timeout 30m ./...
	@cd tools && go test ./skipcheck
	@cd policy/audit/interop && go test ./...

.PHONY: test-grafana
test-grafana: ## try the dashboards in the Grafana at GRAFANA_URL
	@if [ -z "$(GRAFANA_URL)" ]; then echo "skipped: GRAFANA_URL names no Grafana; GRAFANA_USER and GRAFANA_PASSWORD are its administrator"; \
	else go test ./dashboards/provision -count=1 && go test ./cmd/weir -count=1 -run '^TestGrafana$$' -v; fi

.PHONY: race
race: ## run the tests under the race detector where it pays
	@WEIR_CI=1 $(GOTEST) -count=1 -timeout 30m -race $(RACE_PACKAGES)

.PHONY: noninterference
noninterference: ## compare two worlds over N generated statements (default 20000)
	N=$(N) go test ./sql/gateway -run '^TestNoninterference' -v -timeout 0

.PHONY: bench
bench: ## run the benchmarks that BENCH matches (default all)
	go test -run '^$$' -bench '$(BENCH)' -timeout 2h ./...

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZTIME (default 10s)
	@grep -rnE '^func Fuzz' --include='*_test.go' . \
	| sed -E 's|^(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' \
	| while read -r dir name; do \
		echo "$$dir $$name"; \
		go test "$$dir" -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x || exit 1; \
	done

.PHONY: fmt
fmt: ## format the Go files
	$(LINT) fmt

.PHONY: fmt-check
fmt-check: ## fail if a Go file is not formatted
	@$(LINT) fmt --diff

.PHONY: lint
lint: ## run the linters
	$(LINT) run ./...
	cd tools && go vet ./skipcheck

.PHONY: vuln
vuln: ## look for known vulnerabilities that the code reaches
	@tools/vuln $(VULN_WORD)

.PHONY: generate
generate: ## write the generated files
	go generate ./...

.PHONY: generated-check
generated-check: ## fail if a generated file is not current
	@before=$$(git status --short; git diff); go generate ./...; after=$$(git status --short; git diff); \
	if [ "$$before" != "$$after" ]; then \
		git status --short; echo "generated files are not current: run 'make generate' and commit them" >&2; exit 1; \
	fi

.PHONY: ci-deps
ci-deps: ## install the client programs that tests need (Debian)
	@for p in $(PROGRAMS); do command -v "$${p%%:*}" >/dev/null || missing="$$missing $${p#*:}"; done; \
	for p in $(LIBRARIES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	python3 -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	echo "missing Debian packages: $${missing:-none}"; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends $$missing; fi
	@[ -x $(VENV)/bin/pip ] || python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check $(PYTHON)
	@[ -f bin/java/flight-sql-jdbc-driver.jar ] || mvn -q -B dependency:copy -Dartifact=$(JDBC) -DoutputDirectory=$(CURDIR)/bin/java -Dmdep.stripVersion=true

.PHONY: ci
ci: ## run every check, with a skipped test as a failure
	@for step in $(CI_STEPS); do \
		echo "== $$step"; start=$$(date +%s); \
		$(MAKE) --no-print-directory $$step || exit 1; \
		echo "== $$step took $$(($$(date +%s) - start)) s"; \
	done; \
	echo "== all passed; $$(cat $(VULN_WORD))"
