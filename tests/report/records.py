"""Records of made-up months, as they stand in metrics/drift/*.json, and the shares of tags beside them."""

import pandas as pd

F1 = {"f1_micro": {"value": 0.8, "low": 0.77, "high": 0.83}}
SOME = {"f1_micro": 0.79, "low": 0.75, "high": 0.83, "effective": 200.0, "weighted": True}
NONE = {"f1_micro": None, "low": None, "high": None, "effective": 0.0, "weighted": False}
SPACES = ("title", "text", "code")


def make_finding(kind, names, before, now, reason, action="train again"):
    return {
        "kind": kind,
        "names": names,
        "before": before,
        "now": now,
        "p": 2e-8,
        "loss": 0.02,
        "reason": reason,
        "action": action,
    }


def make_record(month, **changes):
    """A month without news."""
    record = {
        "month": month,
        "questions": 250,
        "usual_questions": 250.0,
        "verdict": "ok",
        "reasons": [],
        "actions": [],
        "loss": 0.01,
        "findings": [],
        "open": [],
        "like": None,
        "quality": {"f1_micro": {"value": 0.79, "low": 0.76, "high": 0.82}},
        "before": F1,
        "estimate": SOME,
        "past_error": 0.01,
        "calibration": [{"tags": name, "pairs": 400, "ece": 0.03} for name in ("rare", "middle", "frequent")],
        "less_predictable": [],
        "tags": {
            "distance": 0.3,
            "low": 0.28,
            "high": 0.32,
            "chance": 0.31,
            "new_tags": 0,
            "new_share": 0.0,
            "renamed": {},
        },
        "evidence": {
            "domain": [{"name": "auc", "before": 0.5, "now": 0.6, "share": 0.2, "p": 0.001, "q": 0.001}],
            "unknown": [
                {"name": f"unknown_{space}", "before": 0.05, "now": 0.07, "share": 0.1, "p": 0.1, "q": 0.1}
                for space in SPACES
            ],
        },
        "warnings": [],
    }
    return record | changes


def make_alarm(month, tag, verdict="act"):
    """A month that brings a new tag."""
    finding = make_finding("new_tag", [tag], 0.0, 0.04, f"{tag} is new, in 4.0% of the questions", f"add the tag {tag}")
    row = {"name": tag, "before": 0.0, "now": 0.04, "share": 0.04, "p": 1e-9, "q": 1e-7, "first_seen": month}
    tags = make_record(month)["tags"] | {"new_tags": 1, "new_share": 0.04, "new_tag": [row]}
    return make_record(
        month,
        verdict=verdict,
        reasons=[finding["reason"]],
        actions=[finding["action"]],
        findings=[finding],
        tags=tags,
    )


def make_empty(month):
    """A month without a question."""
    return make_record(
        month,
        questions=0,
        reasons=["0 questions are too few to judge: drift.min_questions is 50"],
        loss=None,
        quality=None,
        estimate=NONE,
        calibration=[{"tags": name, "pairs": 0, "ece": 0.0} for name in ("rare", "middle", "frequent")],
        tags={"new_tags": 0, "new_share": 0.0, "renamed": {}},
        evidence={},
    )


def make_asked(month, said=None, **changes):
    """A month that the service was asked, without labels."""
    traffic = {
        "asked": 312,
        "repeated": 62,
        "confidence": 0.88,
        "before": {"confidence": 0.92, "suggested": 2.4, "unknown": 0.05},
        "said": {"questions": 0, "f1_micro": None, "estimated": None} | (said or {}),
        "versions": {"v7": 312},
    }
    tags = {"distance": 0.3, "low": 0.28, "high": 0.32, "chance": 0.31, "new_share": None}
    evidence = make_record(month)["evidence"] | {"tags": [], "quality": []}
    unlabelled = {"quality": None, "calibration": [], "tags": tags, "evidence": evidence, "traffic": traffic}
    return make_record(month, **unlabelled | changes)


def make_shares(records, tags=("python", "java")):
    """Columns month, tag, share."""
    months = ["reference", *(record["month"] for record in records)]
    rows = [
        (month, tag, 0.05 + 0.01 * ((place + len(tag)) % 5))
        for place, month in enumerate(months)
        for tag in dict.fromkeys(tags)
    ]
    return pd.DataFrame(rows, columns=["month", "tag", "share"])


def name_months(count):
    """Months in a row, from 2023-05 on."""
    return [f"{2023 + (place + 4) // 12}-{(place + 4) % 12 + 1:02d}" for place in range(count)]
