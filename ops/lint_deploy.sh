#!/usr/bin/env bash
# Lints deploy/: the Dockerfile, Compose and Kubernetes against their schemas, the shell scripts. Part of `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."
kubernetes=1.33

hadolint --failure-threshold info deploy/Dockerfile
check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
shellcheck deploy/*.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if command -v kubectl >/dev/null; then
  for overlay in deploy/kubernetes/overlays/*; do
    kubectl kustomize "$overlay" > "$scratch/$(basename "$overlay").yaml"
  done
else
  echo "lint: kubectl is not here, so the overlays are not put together; each resource is checked as it is written"
  for path in deploy/kubernetes/base/*.yaml deploy/kubernetes/overlays/*/{volume,scaling}.yaml; do
    if [ -f "$path" ] && [[ $path != */kustomization.yaml ]]; then cp "$path" "$scratch/${path//\//-}"; fi
  done
fi
kubernetes-validate --strict --quiet -k "$kubernetes" "$scratch"/*.yaml
