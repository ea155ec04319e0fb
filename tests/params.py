"""The parameters of params.yaml as it stands."""

from pathlib import Path

import yaml

PARAMS = yaml.safe_load((Path(__file__).parent.parent / "params.yaml").read_text(encoding="utf-8"))
