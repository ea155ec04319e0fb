#!/usr/bin/env bash
# Installs what tests and workflows need from Debian, where it is missing and may be installed: for CI; needs root.
set -euo pipefail

packages=()
needs() { eval "$1" >/dev/null || packages+=("$2"); }
needs 'command -v git' git
needs 'command -v make' make
# A search that several machines share is tested with a PostgreSQL server of the test's own; without it, skipped by name.
needs "compgen -G '/usr/lib/postgresql/*/bin/initdb'" postgresql
# Remotes are tested with an SSH server of the test's own.
needs '[ -x /usr/sbin/sshd ]' openssh-server
# The drift page and those of the service are loaded in Chromium.
needs 'command -v chromium' chromium
# The alarms are rung by these on loopback; Debian starts both at their own ports, which nothing here asks.
needs 'command -v prometheus' prometheus
needs 'command -v prometheus-alertmanager' prometheus-alertmanager
# The workflows talk to GitHub with it; their tests have it talk to a server on loopback.
needs 'command -v gh' gh

if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ]; then
  apt-get update -q && apt-get install -qy --no-install-recommends "${packages[@]}"
fi
