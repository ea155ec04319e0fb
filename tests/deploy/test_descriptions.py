"""Compose, Kubernetes and systemd: what they name is there, what they set is a setting, and nothing has more rights."""

import re
import shutil
import subprocess

import pytest
import yaml

from service.settings import PREFIX, SECRETS_FOLDER, Settings
from service.telemetry.logs import make_config
from tests.deploy import image
from tests.imports import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
KNOWN = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {SECRETS_FOLDER}
OVERLAYS = sorted(path.name for path in (DEPLOY / "kubernetes/overlays").iterdir())


def test_what_is_described_sets_real_settings():
    pod = next(find(build_overlay("production"), "Deployment"))["spec"]["template"]["spec"]
    named = {
        "compose": set(SERVICES["tagger"]["environment"]),
        "kubernetes": {each["name"] for each in pod["containers"][0]["env"]},
        "image": set(re.findall(r"(TAGGER_\w+)=", image.DOCKERFILE.read_text())),
    }
    for where, names in named.items():
        assert names <= KNOWN, where
    assert make_config("json", "info")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_has_no_more_rights_than_it_needs(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert re.search(r":(v?\d+\.\d+[\w.-]*|\$\{TAGGER_TAG:-local\})$", service["image"])
    assert "healthcheck" in service or name == "tagger", "the image of the service brings its own"
    # A secret is a file, never a variable.
    assert not any("PASSWORD" in key and not key.endswith("FILE") for key in service.get("environment", {}))


def test_what_is_mounted_is_there():
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    files = {name for name in named if name.startswith("./")}
    assert [name for name in files if not (DEPLOY / name).exists()] == []
    assert named - files == set(COMPOSE["volumes"])
    secrets = {
        each if isinstance(each, str) else each["source"]
        for one in SERVICES.values()
        for each in one.get("secrets", [])
    }
    assert secrets == set(COMPOSE["secrets"])


def test_the_database_and_the_watchers_are_reached_from_within_alone():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"tagger", "grafana", "mlflow"}
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}


def build_overlay(name: str) -> list[dict]:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not here: it puts the overlays together")
    command = ["kubectl", "kustomize", DEPLOY / "kubernetes/overlays" / name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def find(resources, kind):
    return (resource for resource in resources if resource["kind"] == kind)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_whole(name):
    resources = build_overlay(name)
    deployment, service = next(find(resources, "Deployment")), next(find(resources, "Service"))
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"] == labels
    for kind, place in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
        assert next(find(resources, kind))["spec"][place]["matchLabels"] == labels
    [container] = pod["spec"]["containers"]
    assert re.fullmatch(r"\S+:v\d+\.\d+\.\d+", container["image"])
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["spec"]["volumes"]}
    assert ("HorizontalPodAutoscaler" in {resource["kind"] for resource in resources}) == (
        "replicas" not in deployment["spec"]
    )


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_pod_is_restricted_and_ends_in_time(name):
    pod = next(find(build_overlay(name), "Deployment"))["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert (
        f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" in image.DOCKERFILE.read_text()
    )
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    # preStop, then the service's own way out: 8 s to drain, 10 to finish.
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] + 18 < pod["terminationGracePeriodSeconds"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def test_the_unit_can_write_nothing_but_its_folder_and_runs_the_holder():
    unit = (DEPLOY / "systemd/tagger.service").read_text()
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["ExecStart"].split()[-2:] == ["service.hosting.holder", "/srv/tagger"]
    assert (settings["ProtectSystem"], settings["ReadWritePaths"]) == ("strict", "/srv/tagger")
    assert (settings["NoNewPrivileges"], settings["CapabilityBoundingSet"]) == ("yes", "")
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", DEPLOY / "systemd/tagger.service"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
