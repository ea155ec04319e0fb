"""Say what the last run gave and where to look: `python -m ops.summary`, the end of `make repro`."""

from pathlib import Path

from ops.pages import PAGES, are_current
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


def describe_drift(drift: dict[str, float]) -> str:
    """The followed months in words."""
    if not drift["months"]:
        return "no month is followed"
    return f"{drift['months']} months followed, {drift['drifted_months']} drifted, {drift['warnings']} data warnings"


def describe_pages() -> str:
    """Where the HTML pages lie."""
    pages = sorted(PAGES.glob("*.html"))
    if not pages or not are_current():
        return "none; `python -m ops.pages` writes it"
    return f"{PAGES}/{pages[0].name} to {pages[-1].name}, one page a month"


def describe_training() -> str:
    """What the training of the current model cost; one that DVC restored has left no figures here."""
    if not COST.is_file() or not MODEL.is_file() or read_json(COST).get("model_sha256") != digest_model(MODEL.parent):
        return "restored from DVC's cache: its cost was measured elsewhere"
    return f"{describe_cost(read_json(COST))}: {COST}"


if __name__ == "__main__":
    main()
