"""Say what the last run gave and where to look: `python -m ops.summary`, the end of `make repro`."""

from pathlib import Path
from typing import Any

from ops.pages import INDEX, list_pages
from tagger.cost import describe_cost
from tagger.digest import digest_model
from tagger.io import read_json

COST, MODEL = Path("metrics/cost.json"), Path("models/tagger/model.json")


def main() -> None:
    test, drift = read_json(Path("metrics/test.json")), read_json(Path("metrics/drift.json"))
    scores = ", ".join(f"{name} {test[name]}" for name in ("f1_micro", "precision_at_1", "f1_at_5"))
    print(f"\nmetrics       metrics/test.json: {scores}; all of them: dvc metrics show")
    print("plots         dvc plots show, then open dvc_plots/index.html")
    print(f"drift         metrics/drift.json: {describe_drift(drift)}")
    print(f"drift report  {describe_pages()}")
    print(f"training      {describe_training()}")


def describe_drift(drift: dict[str, Any]) -> str:
    """The followed months and the latest of them in words."""
    if not drift["months"]:
        return "no month is followed"
    return (
        f"{drift['months']} months followed, {drift['alarms']} alarms; "
        f"{drift['month']}: {drift['verdict']}, {drift['open']} changes open{describe_quality(drift)}"
    )


def describe_quality(drift: dict[str, Any]) -> str:
    """The latest month's micro-F1: measured, else estimated, else nothing."""
    if drift["f1_micro_last"] is not None:
        return f", micro-F1 {drift['f1_micro_last']:.3f}"
    estimated = drift["f1_micro_estimated"]
    return "" if estimated is None else f", micro-F1 {estimated:.3f} by estimate"


def describe_pages() -> str:
    """Where the HTML pages lie."""
    if not INDEX.is_file():
        return "none; `make drift-report` writes it"
    months = len(list_pages())
    return f"{INDEX}, with Evidently's pages of {months} months; `make drift-report` opens it"


def describe_training() -> str:
    """What the training of the current model cost; one that DVC restored has left no figures here."""
    if not COST.is_file() or not MODEL.is_file() or read_json(COST).get("model_sha256") != digest_model(MODEL.parent):
        return "restored from DVC's cache: its cost was measured elsewhere"
    return f"{describe_cost(read_json(COST))}: {COST}"


if __name__ == "__main__":
    main()
