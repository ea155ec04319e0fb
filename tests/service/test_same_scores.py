"""A question that comes by HTTP gets, to the bit, what the pipeline gave it."""

from pathlib import Path

import numpy as np

from service.schemas import MOST_TAGS
from tagger.io import read_months, read_table
from tagger.tagger import Tagger
from tests.service.servers import serving


def test_the_sample_by_http_and_by_the_stages(workspace, tmp_path):
    folder = workspace[0]
    tagger = Tagger.load(folder / "models/tagger")
    answered = read_table(folder / "data/predictions.parquet")["question_id"]
    months = sorted(path.stem for path in Path(folder, "data/clean").glob("*.parquet"))
    clean = read_months(folder / "data/clean", months)
    clean = clean[clean["question_id"].isin(answered)].reset_index(drop=True)
    raw = read_months(folder / "data/raw", months).drop_duplicates("question_id").set_index("question_id")
    scores = tagger.scores(clean)
    chosen = tagger.rule.choose(scores).toarray()
    numbers = {tag: number for number, tag in enumerate(tagger.tags)}
    with serving(tmp_path, folder / "models/tagger") as service:
        for row, name in enumerate(clean["question_id"]):
            question = raw.loc[name]
            answer = service.ask(title=question["title"], body=question["body"], top=MOST_TAGS)["tags"]
            tags = [numbers[entry["tag"]] for entry in answer]
            assert tags == np.argsort(-scores[row], kind="stable")[:MOST_TAGS].tolist()
            assert [entry["probability"] for entry in answer] == scores[row][tags].tolist()
            assert [entry["suggested"] for entry in answer] == chosen[row][tags].astype(bool).tolist()
    assert len(clean) > 20
