#!/usr/bin/env bash
# Pushes to or pulls from DVC's remote in CI: `bash ops/storage.sh push|pull [TARGET...]`. Without a remote it says so
# and ends well; what cannot be pulled is a warning, since dvc.lock and metrics/ in git say enough to go on.
set -euo pipefail

way=$1
shift
if ! dvc config core.remote >/dev/null 2>&1; then
  echo "storage: no remote is set, nothing to $way: make remote URL=..."
elif [ "$way" = push ]; then
  dvc push "$@"
elif ! dvc pull "$@"; then
  echo "::warning::not everything could be pulled from DVC's remote; see the log of this step"
fi
