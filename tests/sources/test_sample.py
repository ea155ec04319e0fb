import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tagger.errors import ParamsError
from tagger.months import month_range
from tagger.params import parse_section
from tagger.sample.drift import BORN, BROKEN, DRIFT, DYING, RENAMED, VOCABULARY
from tagger.sources.base import Request
from tagger.sources.sample import Params, read
from tagger.tables import RAW

MONTHS = list(month_range("2023-01", "2024-12"))
SMALL = Params(questions=600)
DIGEST = """
import hashlib
from test_sample import SMALL, digest, read_window
print(digest(read_window(SMALL, "2024-01", "2024-03")))
"""


def read_window(params: Params, first: str | None, last: str | None) -> list[pa.Table]:
    return list(read(params, Request(first, last, Path("unused"), Path("unused"))))


def digest(tables: list[pa.Table]) -> str:
    return hashlib.sha256("\n".join(str(table.to_pydict()) for table in tables).encode()).hexdigest()


def frame_of(tables: list[pa.Table]) -> pd.DataFrame:
    frame = pa.concat_tables(tables).to_pandas()
    return frame.assign(month=frame["created"].dt.strftime("%Y-%m"))


@pytest.fixture(scope="module")
def questions() -> pd.DataFrame:
    return frame_of(read_window(Params(), None, None))


@pytest.fixture(scope="module")
def whole(questions: pd.DataFrame) -> pd.DataFrame:
    return questions[questions["month"] != BROKEN.month]


def share_by_month(questions: pd.DataFrame, hits: pd.Series) -> pd.Series:
    return hits.groupby(questions["month"]).mean()


def tagged(questions: pd.DataFrame, tag: str) -> pd.Series:
    return questions["tags"].map(lambda tags: tag in tags)


def test_a_table_a_month_with_the_columns_of_raw() -> None:
    tables = read_window(SMALL, "2024-02", "2024-04")
    assert len(tables) == 3
    for month, table in zip(["2024-02", "2024-03", "2024-04"], tables, strict=True):
        assert table.schema == RAW
        assert set(table.column("created").to_pandas().dt.strftime("%Y-%m")) == {month}


def test_ids_are_unique_and_follow_the_clock(questions: pd.DataFrame) -> None:
    assert questions["question_id"].is_unique
    assert questions.sort_values("question_id")["created"].is_monotonic_increasing


@pytest.mark.parametrize("total", [240, 1200, 6000])
def test_the_rate_is_that_of_24_months_whatever_the_window(total: int) -> None:
    params = Params(questions=total)
    assert len(frame_of(read_window(params, "2023-01", "2023-12"))) == pytest.approx(total / 2, rel=0.04)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, None, 24),
        ("2024-11", None, 2),
        (None, "2023-02", 2),
        (None, "2019-05", 1),
        ("2026-01", None, 1),
        ("2019-12", "2020-01", 2),
    ],
)
def test_any_window(first: str | None, last: str | None, months: int) -> None:
    tables = read_window(Params(questions=240), first, last)
    assert len(tables) == months
    assert all(table.num_rows for table in tables)


@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("tags", [100, 200])
def test_fewer_tags_and_any_noise(noise: float, tags: int) -> None:
    questions = frame_of(read_window(Params(noise=noise, tags=tags), "2024-05", "2024-10"))
    assert 0.8 * tags < questions["tags"].explode().nunique() <= tags


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tags": 5000}, "sources.sample.tags is 5000, it should be at most "),
        ({"questions": 10}, "sources.sample.questions is 10"),
        ({"noise": 1.5}, "sources.sample.noise is 1.5"),
        ({"drift": True}, "sources.sample takes noise, questions, seed, tags"),
    ],
)
def test_params_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError, match=re.escape(message)):
        parse_section(Params, values, "sources.sample")


def test_one_to_five_different_tags(questions: pd.DataFrame) -> None:
    counts = questions["tags"].map(len)
    assert set(counts) == {1, 2, 3, 4, 5}
    assert 2.5 < counts.mean() < 3.2
    assert questions["tags"].map(lambda tags: len(set(tags)) == len(tags)).all()


def test_tags_are_many_and_look_real(questions: pd.DataFrame) -> None:
    names = set(questions["tags"].explode())
    assert len(names) > 250
    assert names >= {"c++", "c#", "f#", ".net", "asp.net", "node.js", "objective-c", "python-3.x", "c", "r"}
    assert all(re.fullmatch(r"[a-z0-9.#+-]{1,35}", name) for name in names)


def test_tags_follow_zipf(questions: pd.DataFrame) -> None:
    counts = np.array(sorted(Counter(questions["tags"].explode()).values(), reverse=True)[:200])
    slope, _ = np.polyfit(np.log(np.arange(1, 201)), np.log(counts), 1)
    assert -1.2 < slope < -0.7


@pytest.mark.parametrize(
    ("tag", "companion"),
    [("django", "python"), ("spring-boot", "java"), ("flutter", "android"), ("pandas", "python"), ("linq", "c#")],
)
def test_a_framework_comes_with_its_language(questions: pd.DataFrame, tag: str, companion: str) -> None:
    together = tagged(questions, companion)
    assert together[tagged(questions, tag)].mean() > 3 * together.mean()


@pytest.mark.parametrize(
    ("markup", "least"),
    [
        ("<p>", 1.0),
        ("<pre><code>", 0.7),
        ("<li>", 0.2),
        ('<a href="https://', 0.2),
        ("<blockquote>", 0.2),
        ("<h[23]>", 0.05),
        ("[a-z ]<code>", 0.5),
        ("&amp;", 0.2),
        ("&lt;", 0.1),
        ("&gt;", 0.2),
        ("&quot;", 0.2),
        ("&#39;", 0.5),
    ],
)
def test_bodies_hold_the_markup_of_the_site(whole: pd.DataFrame, markup: str, least: float) -> None:
    assert whole["body"].str.contains(markup).mean() >= least


def test_some_tags_of_html_are_not_closed(whole: pd.DataFrame) -> None:
    unclosed = whole["body"].str.count("<p>|<li>|<a ") > whole["body"].str.count("</p>|</li>|</a>")
    assert 0.01 < unclosed.mean() < 0.1


def test_every_slot_is_filled(whole: pd.DataFrame) -> None:
    texts = whole["title"] + whole["body"]
    assert not texts.str.contains("NOUN|THING|VERB|TOOL|CALL|OTHER|NAME|[\0\1]").any()


def test_titles_are_not_escaped(questions: pd.DataFrame) -> None:
    assert questions["title"].map(unescape).eq(questions["title"]).all()
    assert questions["title"].str.contains("[<&]").any()


def test_bodies_are_of_plausible_length(whole: pd.DataFrame) -> None:
    words = whole["body"].str.replace("<[^>]*>", " ", regex=True).str.split().map(len)
    assert words.between(60, 250).mean() > 0.95
    assert words.std() > 20


def test_reception_is_skewed(questions: pd.DataFrame) -> None:
    assert questions["score"].min() < 0 < questions["score"].quantile(0.9)
    assert questions["view_count"].mean() > 1.5 * questions["view_count"].median()
    assert questions["answer_count"].between(0, 8).all()


def test_nothing_but_the_seed_and_the_parameters_matters() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{Path(__file__).parent}:{Path.cwd()}"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert outputs == [digest(read_window(SMALL, "2024-01", "2024-03"))] * 2


def test_a_wider_window_leaves_the_months_as_they_were() -> None:
    narrow = read_window(SMALL, "2024-02", "2024-03")
    wide = read_window(SMALL, "2023-12", "2024-05")
    assert all(old.equals(new) for old, new in zip(narrow, wide[2:4], strict=True))


def test_another_seed_asks_other_questions() -> None:
    (one,) = read_window(SMALL, "2024-02", "2024-02")
    (other,) = read_window(SMALL.model_copy(update={"seed": 1}), "2024-02", "2024-02")
    assert set(one.column("title").to_pylist()).isdisjoint(other.column("title").to_pylist()[:5])


def test_each_change_has_a_followed_month_of_its_own() -> None:
    months = [drift.month for drift in DRIFT]
    assert len(set(months)) == len(months)
    assert all("2024-01" < month <= "2024-12" for month in months)


def test_a_tag_is_born(questions: pd.DataFrame) -> None:
    (tag,) = BORN.tags
    shares = share_by_month(questions, tagged(questions, tag))
    assert (shares[shares.index < BORN.month] == 0).all()
    assert (shares[shares.index >= BORN.month] >= 0.03).all()
    assert shares[shares.index >= BORN.month].mean() == pytest.approx(BORN.share, abs=0.01)


def test_a_tag_dies(questions: pd.DataFrame) -> None:
    (tag,) = DYING.tags
    shares = share_by_month(questions, tagged(questions, tag))
    assert (shares[shares.index < DYING.month] >= 0.03).all()
    assert shares[shares.index < DYING.month].mean() == pytest.approx(DYING.share, abs=0.01)
    assert (shares[shares.index >= DYING.month] == 0).all()


def test_a_tag_is_renamed_and_its_contexts_stay(questions: pd.DataFrame) -> None:
    old, new = RENAMED.tags
    before = questions["month"] < RENAMED.month
    assert not tagged(questions, new)[before].any()
    assert not tagged(questions, old)[~before].any()
    assert tagged(questions, old)[before].mean() == pytest.approx(RENAMED.share, abs=0.01)
    assert tagged(questions, new)[~before].mean() == pytest.approx(RENAMED.share, abs=0.01)
    for hits in (tagged(questions, old)[before], tagged(questions, new)[~before]):
        assert questions["body"][hits[hits].index].str.contains("useState|useEffect|setProps").mean() > 0.3


def test_a_vocabulary_gives_way_to_another(whole: pd.DataFrame) -> None:
    shares = share_by_month(whole, whole["body"].str.contains("composable|nav graph|snackbar|recomposition|preview"))
    assert (shares[shares.index < VOCABULARY.month] == 0).all()
    assert shares[shares.index >= VOCABULARY.month].mean() == pytest.approx(VOCABULARY.share, abs=0.03)
    android = tagged(whole, "android")
    assert android[whole["month"] >= VOCABULARY.month].mean() == pytest.approx(android.mean(), abs=0.02)
    talk = whole["body"].str.contains("activity|emulator|intent|manifest|screen rotation") & android
    assert talk[android & (whole["month"] < VOCABULARY.month)].mean() > 0.8
    assert talk[android & (whole["month"] >= VOCABULARY.month)].mean() < 0.2


def test_bodies_are_broken_in_one_month(questions: pd.DataFrame) -> None:
    empty = share_by_month(questions, questions["body"] == "")
    escaped = share_by_month(questions, questions["body"].str.startswith("&lt;p&gt;"))
    for shares in (empty, escaped):
        assert shares[BROKEN.month] > 0.1
        assert (shares.drop(BROKEN.month) == 0).all()
    cut = questions["body"].str.contains("<p>") & ~questions["body"].str.contains("</p>")
    assert share_by_month(questions, cut)[BROKEN.month] > 0.05
    assert set(share_by_month(questions, questions["title"] == "")) == {0.0}
