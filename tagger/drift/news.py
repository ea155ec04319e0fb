"""What is news in a month, in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tagger.drift.evidence import to_rows
from tagger.drift.findings import TEXTS, Finding, Scene
from tagger.drift.tags import name_change, name_topics
from tagger.drift.watch import Seen
from tagger.drift.words import find_words

# Words that are named in a reason, and that mark a question as touched.
NAMED, MARKING = 8, 20
TAG_WORDS = {
    "new_tag": ("{tag} is new, in {now:.1%} of the questions", "add the tag {tag}: train again with its questions"),
    "renamed_tag": ("{old} is now called {tag}", "call {old} {tag} in the questions to learn from, then train again"),
    "dying_tag": ("{tag} is dying", "leave {tag} out: train again with the last months"),
    "rising_tag": ("{tag} rises", "train again"),
    "falling_tag": ("{tag} falls", "train again"),
}
BROKEN = ("broken", "repeated")


def find_news(seen: Seen, scene: Scene) -> list[Finding]:
    """The findings of a month."""
    findings = [
        describe_tag(row, seen, scene) for row in to_rows(seen.news["tags"]) if row["name"] not in seen.renamed.values()
    ]
    if any(len(seen.news[name]) for name in TEXTS):
        findings.append(describe_texts(seen, scene))
    for name, describe in (("numbers", describe_numbers), ("scores", describe_scores), ("quality", describe_quality)):
        if len(seen.news[name]):
            findings.append(describe(to_rows(seen.news[name]), scene))
    return findings


def describe_tag(row: dict[str, Any], seen: Seen, scene: Scene) -> Finding:
    """A tag; a new name and its old one are one finding."""
    tag = row["name"]
    old = seen.renamed.get(tag)
    kind = "renamed_tag" if old else name_change(row["before"], row["now"])
    names = [old, tag] if old else [tag]
    if old:
        shares = seen.tables["tags"].set_index("name")["before"]
        row = row | {"before": shares[old]}
    reason, action = (text.format(tag=tag, old=old, now=row["now"]) for text in TAG_WORDS[kind])
    reason += "" if kind == "new_tag" else f": {row['before']:.1%} of the questions became {row['now']:.1%}"
    return scene.make(kind, names, row, find_touched(scene, names), (reason, action))


def find_touched(scene: Scene, tags: Sequence[str]) -> np.ndarray:
    """The questions (mask) that have one of some tags or are suggested it."""
    wanted = set(tags)
    own = np.array([bool(wanted.intersection(names)) for names in scene.now.sampled_tags], dtype=bool)
    columns = [number for number, tag in enumerate(scene.tags) if tag in wanted]
    touched: np.ndarray = own | (scene.now.answers.suggested[:, columns].getnnz(axis=1) > 0)
    return touched


def describe_texts(seen: Seen, scene: Scene) -> Finding:
    """Words, unknown words and the domain classifier, with the tags that the change is about."""
    words, unknown, domain = (seen.news[name] for name in TEXTS)
    risen, gone = (
        words.loc[side, "name"].tolist() for side in (words["now"] > words["before"], words["now"] < words["before"])
    )
    touched = find_words(scene.now.words, risen[:MARKING])
    about = name_topics(scene.now, touched)
    reasons = ["the words of the questions " + ("about " + ", ".join(about) + " " if about else "") + "have changed"]
    reasons += [f"{word} {', '.join(part[:NAMED])}" for word, part in (("more", risen), ("less", gone)) if part]
    if not risen and not gone:
        reasons += ["most telling " + ", ".join(seen.tables["words"]["name"].head(NAMED))]
    reasons += [
        f"{row['name'].replace('_', ' words in ')} {row['before']:.1%} became {row['now']:.1%}"
        for row in to_rows(unknown)
    ]
    reasons += [f"a classifier tells them apart with AUC {row['now']:.2f}" for row in to_rows(domain)]
    best = min(to_rows(words) + to_rows(unknown) + to_rows(domain), key=lambda row: row["q"])
    auc = seen.tables["domain"]["now"].max() if len(seen.tables["domain"]) else 0.5
    row = {"before": 0.5, "now": auc, "q": best["q"]}
    return scene.make(
        "vocabulary", about + risen[:NAMED] + gone[:NAMED], row, touched, ("; ".join(reasons), "train again")
    )


def describe_numbers(rows: list[dict[str, Any]], scene: Scene) -> Finding:
    """Lengths, languages, and what is broken or repeated."""
    names = [row["name"] for row in rows]
    kind = "broken" if set(names).intersection(BROKEN) else "questions"
    reasons = [f"{row['name'].replace('_', ' ')} {describe_change(row)}" for row in rows]
    flagged = scene.now.numbers["broken"].to_numpy(bool) if kind == "broken" else scene.nothing
    return scene.make(
        kind, names, rows[0], flagged, ("; ".join(reasons), "look at the data: how the questions come in")
    )


def describe_change(row: dict[str, Any]) -> str:
    """A share or a mean, before and now."""
    form = ".1f" if row["name"].endswith("_tokens") else ".1%"
    return f"{row['before']:{form}} became {row['now']:{form}}"


def describe_scores(rows: list[dict[str, Any]], scene: Scene) -> Finding:
    """What the tagger answers."""
    names = [row["name"] for row in rows]
    reason = "the answers have changed: " + "; ".join(f"{row['name']} {describe_change(row)}" for row in rows[:NAMED])
    untouched = scene.nothing
    return scene.make("scores", names[:NAMED], rows[0], untouched, (reason, "look at the questions of these tags"))


def describe_quality(rows: list[dict[str, Any]], scene: Scene) -> Finding:
    """Micro-F1 over the learned tags has fallen."""
    row = rows[0]
    reason = f"micro-F1 {row['before']:.3f} became {row['now']:.3f}"
    return scene.make("quality", ["f1_micro"], row, scene.nothing, (reason, "train again"))
