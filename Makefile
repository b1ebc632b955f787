# Two commands do everything on a fresh machine with Go and Node with npm:
#   make demo   the pipeline on samples, to the last row
#   make test   every check
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

OWABI     := bin/owabi
DEMO_DATA := data/demo
SYNTHETIC := data/synthetic.jsonl
SAMPLES   := pkg/source/samples/digest.txt pkg/source/samples/notices.jsonl
ENGINE    := deploy/embedded/node_modules/.package-lock.json
WEB       := services/explorer/web
PAGE      := $(WEB)/dist/index.html
# No package's install script is needed, so none runs. npm's warnings are about its own
# settings; its errors are shown.
NPM_CI    := npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
SOURCES   := $(shell find services pkg -name node_modules -prune -o \( -name '*.go' -o -path '*/rules/*' -o -name '*.sql' -o -name '*.yaml' -o -name '*.json' -o -name '*.txt' -o -name '*.bin' \) -print) go.mod go.sum

.PHONY: help demo up build test chaos bench lint model screenshots browser clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The engine is a library inside an npm package; the lockfile pins it to the byte.
$(ENGINE): deploy/embedded/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js with npm (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	$(NPM_CI) --prefix deploy/embedded
	@touch $@

# The explorer's page, bundled by the lockfile's tools and embedded in the binary.
$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js with npm (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	$(NPM_CI) --prefix $(WEB)
	@touch $@

$(PAGE): $(WEB)/node_modules/.package-lock.json $(wildcard $(WEB)/src/*) $(WEB)/build.mjs
	npm run --prefix $(WEB) --silent build

$(OWABI): $(SOURCES) $(PAGE)
	@command -v go >/dev/null || { echo "go is missing: install Go 1.26 or newer" >&2; exit 1; }
	go build -trimpath -o $@ ./services/owabi

build: $(OWABI) $(ENGINE) ## Build bin/owabi and install the embedded engine

$(SYNTHETIC): $(OWABI)
	@mkdir -p $(@D)
	$(OWABI) generate --count 5000 --seed 1 > $@.part
	@mv $@.part $@

demo: build $(SYNTHETIC) ## Run the whole pipeline on samples and ask three questions
	$(OWABI) up --once --data $(DEMO_DATA) $(SAMPLES) $(SYNTHETIC)
	@echo; echo "— Which kinds of incident touch the most people?"
	$(OWABI) sql --data $(DEMO_DATA) "SELECT category, count() AS incidents, sum(people) AS persons, round(countIf(people IS NULL) / count(), 2) AS undisclosed FROM incidents WHERE NOT follow_up GROUP BY category ORDER BY persons DESC LIMIT 5"
	@echo; echo "— Who had to apologize again?"
	$(OWABI) sql --data $(DEMO_DATA) "SELECT organization, incidents, in_12_months, first, last FROM repeat_organizations ORDER BY incidents DESC, organization LIMIT 5"
	@echo; echo "— How long were services down, in whose words?"
	$(OWABI) sql --data $(DEMO_DATA) "SELECT organization, outage_minutes AS minutes, outage_text AS words FROM incidents WHERE outage_minutes IS NOT NULL AND NOT follow_up ORDER BY minutes DESC, organization LIMIT 5"

up: build $(SYNTHETIC) ## Leave the demo running: pages on http://127.0.0.1:8080, SQL on http://127.0.0.1:8123, NATS on 127.0.0.1:4222
	$(OWABI) up --data $(DEMO_DATA) --nats-listen 127.0.0.1:4222 $(SAMPLES) $(SYNTHETIC)

test: $(ENGINE) $(PAGE) browser lint ## Every check: format, vet, staticcheck, tests under the race detector
	go test -race -timeout 12m ./...

# The explorer's tests drive a real Chromium, with fonts for Japanese.
browser:
	@if ! command -v chromium chromium-browser google-chrome >/dev/null || ! fc-list :lang=ja 2>/dev/null | grep -q .; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig; \
	  else \
	    echo "the tests need Chromium and fonts for Japanese (Debian: apt-get install chromium fonts-noto-cjk fontconfig)" >&2; exit 1; \
	  fi; \
	fi

PICTURES := services/explorer/pictures
screenshots: $(ENGINE) $(PAGE) browser ## Take the README's pictures of the explorer, on the demo's synthetic notices
	@mkdir -p $(PICTURES)
	go test -run '^TestPictures$$' -count 1 ./services/explorer -args -notices 5000 -pictures $(CURDIR)/$(PICTURES)

lint: $(PAGE) ## gofmt, go vet, staticcheck, and tsc on the explorer's page
	npm run --prefix $(WEB) --silent check
	@unformatted=$$(gofmt -l services pkg); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted >&2; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

SEED ?= 0
chaos: $(ENGINE) ## 20,000 notices while services, NATS and ClickHouse are killed and cut off; SEED=n repeats a run
	go test -run '^TestChaos$$' -v -count 1 -timeout 20m ./services/owabi -args -notices 20000 -kills 30 -cut 20s -seed $(SEED)

bench: $(ENGINE) ## Measure rows, messages, characters and notices a second
	go test -run '^$$' -bench 'Insert|Query' -benchtime 3x ./pkg/chdb
	go test -run '^$$' -bench 'Publish|Consume' -benchtime 30000x ./pkg/bus
	go test -run '^$$' -bench . -benchtime 10x -cpu 1 ./pkg/classify
	go test -run '^$$' -bench . -benchtime 1x ./services/loader
	go test -run '^$$' -bench Pipeline -benchtime 5x ./services/owabi
	go test -run '^$$' -bench Memory -benchtime 1x ./services/owabi
	go test -run '^$$' -bench Queryable -benchtime 200x ./services/owabi
	go test -run '^$$' -bench . -benchtime 1x -timeout 20m ./pkg/warehouse
	OWABI_BENCH_ROWS=10000000 go test -run '^$$' -bench /rest -benchtime 1x -timeout 60m ./pkg/warehouse
	go test -run '^$$' -bench Dashboard -benchtime 3x ./services/explorer -args -notices 5000

model: ## Train the classifier's model from its labelled notices
	go run ./services/owabi train --out pkg/classify/model.bin pkg/classify/testdata/gold/*.jsonl

clean: ## Remove what the other targets made
	rm -rf bin data deploy/embedded/node_modules $(WEB)/node_modules $(WEB)/dist/assets $(WEB)/dist/index.html
