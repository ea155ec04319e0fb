#!/usr/bin/env bash
# Brings a release that deploy/build.sh made to a host over SSH and serves it there, without losing a request; what does
# not answer as it was built to is not served, and the one before goes on: docs/deployment.md.
#
#   bash deploy/deploy.sh [USER@]HOST FOLDER      deploy
#   bash deploy/deploy.sh [USER@]HOST --back      serve what was served before
#   bash deploy/deploy.sh [USER@]HOST --run versions rollback    python -m service.versions (or keys, export) there
#
#   ROOT     the folder on the host                 /srv/tagger
#   KEEP     releases that stay there               5
#   SSH      ssh with its options, by spaces        ssh
#   PYTHON   the interpreter on the host            python3.11
set -euo pipefail

fail() { echo "deploy: $*" >&2; exit 1; }

[ $# = 2 ] || [[ ${2:-} = --run && $# -gt 2 ]] || fail "usage: deploy/deploy.sh [USER@]HOST FOLDER|--back|--run COMMAND"
host=$1 folder=$2 root=${ROOT:-/srv/tagger} keep=${KEEP:-5}
[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "KEEP is $keep: a number from 1"
[[ $root = /* ]] || fail "ROOT is $root: an absolute path"
read -ra ssh <<< "${SSH:-ssh}"
# A host whose key is not known is not trusted, and a connection that is dead is noticed.
ssh+=(-o StrictHostKeyChecking=yes -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=10 -o ServerAliveCountMax=6)
script=$(< "$(dirname "$0")/host.sh")

# Runs host.sh there; standard input goes along.
on_host() {
  local command
  printf -v command '%q ' env PYTHON="${PYTHON:-python3.11}" bash -c "$script" host.sh "$@"
  "${ssh[@]}" "$host" "$command"
}

digest() { sha256sum | cut -c 1-12; }

case $folder in
  --back) on_host back "$root" < /dev/null; exit ;;
  --run) on_host run "$root" "${@:3}" < /dev/null; exit ;;
esac

[ -f "$folder/release.json" ] || fail "$folder holds no release.json: bash deploy/build.sh $folder"
cd "$folder"
code=(tagger service model release.json)
for name in drift test.json card.md; do if [ -e "$name" ]; then code+=("$name"); fi; done
# A release goes by what is in it: the same again is found there and sent no second time.
packages=$(digest < packages.txt)
content=$(find "${code[@]}" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | cat - packages.txt | digest)
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' release.json | tr -c 'A-Za-z0-9.\n' - | cut -c 1-40)
release=$version-$content

missing=$(on_host missing "$root" "$release" "$packages" < /dev/null)
for kind in $missing; do
  echo "deploy: sending $kind"
  case $kind in
    packages) tar -c -C packages -f - . | gzip -1 | on_host receive "$root" packages "$packages" ;;
    releases) tar -c -f - "${code[@]}" | gzip | on_host receive "$root" releases "$release" ;;
  esac
done
on_host switch "$root" "$release" "$packages" "$keep" < /dev/null
