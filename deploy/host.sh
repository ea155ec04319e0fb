#!/usr/bin/env bash
# What deploy/deploy.sh has the host do; it sends this script along with each command, so that nothing is installed.
#
#   missing ROOT RELEASE PACKAGES   which of the two folders are not there yet
#   receive ROOT KIND NAME          unpack a tar of standard input into KIND/NAME, whole or not at all
#   switch ROOT RELEASE PACKAGES KEEP   serve it, where it answers as it should; then remove old releases
#   back ROOT                       serve what was served before
#   run ROOT COMMAND ...            a command of the service, as what is served runs
set -euo pipefail

main() {
  local way=$1 root=$2
  shift 2
  umask 027
  mkdir -p "$root/releases" "$root/packages" "$root/run" "$root/state"
  chmod 700 "$root/run" "$root/state"
  cd "$root"
  "do_$way" "$@"
}

fail() { echo "host: $*" >&2; exit 1; }

do_missing() {
  [ -d "releases/$1" ] || echo releases
  [ -d "packages/$2" ] || echo packages
}

do_receive() {
  local kind=$1 name=$2 folder
  folder=$(mktemp -d "$kind/.incoming.XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$PWD/$folder'" EXIT
  tar -xz -C "$folder" -f - || fail "the transfer broke off: run it again"
  chmod 755 "$folder"
  # Somebody else may have sent the same meanwhile.
  mv -T "$folder" "$kind/$name" 2>/dev/null || [ -d "$kind/$name" ]
}

do_switch() {
  local name=$1 packages=$2 keep=$3
  lock
  [ -d "releases/$name" ] && [ -d "packages/$packages" ] || fail "$name is not all there: deploy it again"
  ln -sfn "../../packages/$packages" "releases/$name/packages"
  touch "releases/$name"
  start_holder "$name"
  ask_holder "$name"
  point_holder "$name"
  prune "$keep"
}

do_back() {
  lock
  [ -L previous ] || fail "nothing was served before in $PWD"
  local name
  name=$(basename "$(readlink previous)")
  start_holder "$name"
  ask_holder "$name"
}

do_run() {
  [ -e current/release.json ] || fail "nothing is served in $PWD: deploy a release first"
  PYTHONPATH="$PWD/current" PYTHONDONTWRITEBYTECODE=1 "$python" -PsS -m service.hosting.within "$PWD" "$@"
}

lock() {
  exec 9> run/lock
  flock -n 9 || fail "another deployment is at work in $PWD: wait for it"
}

# systemd starts it where the unit of deploy/systemd is installed; elsewhere it is started here, and ends with the host.
start_holder() {
  if control status >/dev/null 2>&1; then return; fi
  [ -e holder ] || point_holder "$1"
  if [ -d /run/systemd/system ] && systemctl cat tagger.service >/dev/null 2>&1; then
    sudo -n systemctl start tagger.service || fail "this user may not start tagger.service: sudo systemctl enable --now tagger"
  else
    PYTHONPATH="$PWD/holder" setsid nohup "$python" -PsS -m service.hosting.holder "$PWD" >> run/log 2>&1 < /dev/null 9>&- &
  fi
  for _ in $(seq 300); do
    if control status >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  tail -n 5 run/log >&2 || true
  fail "the holder did not start; run/log in $PWD says why"
}

# The release whose code the holder runs when it is started next.
point_holder() {
  ln -sfn "releases/$1" .holder.new
  mv -T .holder.new holder
}

ask_holder() {
  local told
  told=$(control "$1") || fail "the holder ended meanwhile: run/log in $PWD says why"
  case $told in
    ok\ *) echo "${told#ok }" ;;
    *) fail "${told#refused }. What was served before still is" ;;
  esac
}

control() {
  "$python" -IS -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as holder:
    holder.connect("run/control")
    holder.sendall(sys.argv[1].encode() + b"\n")
    told = holder.makefile().readline().strip()
print(told)
sys.exit(not told)' "$1"
}

# The newest stay, and what is served, was before, or runs the holder; then packages that no release needs any more, but
# none that another deployment may just have sent.
prune() {
  local kept name
  kept=$(find releases -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%T@ %f\n' | sort -rn | head -n "$1" | cut -d ' ' -f 2
    for name in current previous holder; do if [ -L "$name" ]; then basename "$(readlink "$name")"; fi; done)
  for name in releases/*; do
    grep -qxF "$(basename "$name")" <<< "$kept" || rm -rf "$name"
  done
  while read -r name; do
    find releases -maxdepth 2 -name packages -lname "*/$name" | grep -q . || rm -rf "packages/$name"
  done < <(find packages -mindepth 1 -maxdepth 1 -mmin +60 -printf '%f\n')
  find releases -maxdepth 1 -name '.incoming.*' -mmin +60 -exec rm -rf {} +
}

python=$(command -v "${PYTHON:-python3.11}") || fail "${PYTHON:-python3.11} is not on this host: apt-get install python3.11"
main "$@"
