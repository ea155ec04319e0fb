"""What a process of a release sees of its host: the settings there, and where the release's own files are."""

import os
from pathlib import Path
from typing import Any

PASSED_ON = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")


def read_settings_file(path: Path) -> dict[str, str]:
    """NAME=value, a line each, as systemd's EnvironmentFile has it without quotes; an empty one where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pairs = (line.split("=", 1) for line in map(str.strip, lines) if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def describe_environment(root: Path, folder: Path, facts: dict[str, Any]) -> dict[str, str]:
    """What a process of a release sees: settings.env, and what the release itself says (`facts`: its release.json)."""
    own = {
        "PYTHONPATH": f"{folder}:{folder / 'packages'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NLTK_DATA": str(folder / "packages/nltk_data"),
        "TAGGER_MODEL": str(folder / "model"),
        "TAGGER_METRICS": str(folder / "test.json"),
        "TAGGER_CARD": str(folder / "card.md"),
        "TAGGER_DRIFT": str(folder / "drift"),
        "TAGGER_VERSION": facts["version"],
        "TAGGER_STATE": str(root / "state"),
    }
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | own | read_settings_file(root / "settings.env")
