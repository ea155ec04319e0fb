"""Traffic for the tests: what a service was asked, as the files have it."""

import pandas as pd

from tagger.traffic import TRAFFIC

START = pd.Timestamp("2025-01-05 12:00", tz="UTC")


def make_asked(*texts, title="", **others):
    """Questions about some texts, a minute apart; `others` are whole columns."""
    columns = {
        "prediction_id": [f"p{number}" for number in range(len(texts))],
        "asked": [START + pd.Timedelta(minutes=number) for number in range(len(texts))],
        "title": title,
        "body": [f"<p>{text}</p>" for text in texts],
        "suggested": [["java"]] * len(texts),
        "tags": [None] * len(texts),
        "rating": [None] * len(texts),
        "model": "abc",
    }
    return pd.DataFrame(columns | others)[TRAFFIC.names]


def ask_raw(questions, **others):
    """What would be asked who asked the questions of a source (columns of tables.RAW), one after the other."""
    ids = [f"q{number}" for number in questions["question_id"]]
    asked = make_asked(*ids, prediction_id=ids, title=questions["title"].tolist(), body=questions["body"].tolist())
    return asked.assign(**others)
