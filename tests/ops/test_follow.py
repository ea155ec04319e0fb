"""Months that are new: what is edited, what is refused, and that the clock is asked for a live source alone."""

from datetime import UTC, datetime

import pytest
import yaml

from ops import follow
from tagger.errors import ParamsError
from tests.imports import ROOT
from tests.params import PARAMS


@pytest.fixture
def params(tmp_path, monkeypatch):
    """A copy of params.yaml in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


class Today(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2025, 3, 1, tzinfo=tz or UTC)


def set_values(path, section, **values):
    params = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(params | {section: params[section] | values}, sort_keys=False))


def test_new_months_are_followed_and_comments_stay(params):
    before = params.read_text(encoding="utf-8")
    assert follow.follow("2025-02").startswith("2025-01, 2025-02 to fetch and follow: fetch.to=2025-02")
    after = params.read_text(encoding="utf-8")
    values = yaml.safe_load(after)
    assert values["fetch"]["to"] == "2025-02"
    assert values["split"]["followed"] == PARAMS["split"]["followed"] + 2
    assert values["drift"]["months"] == values["split"]["followed"]
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert len(changed) == 3


@pytest.mark.parametrize("month", ["2024-12", "2024-03", None])
def test_where_nothing_is_new_nothing_is_edited(params, month):
    before = params.read_bytes()
    assert follow.follow(month).startswith("nothing new: ")
    assert params.read_bytes() == before


def test_of_a_live_source_the_last_month_that_is_over_is_followed(params, monkeypatch):
    monkeypatch.setattr(follow, "datetime", Today)
    set_values(params, "fetch", source="api")
    with pytest.raises(ParamsError, match="--month is 2025-03, which is not over; the last one that is: 2025-02"):
        follow.follow("2025-03")
    assert follow.follow(None).startswith("2025-01, 2025-02 to fetch")
    assert follow.follow(None) == "nothing new: fetch.to is 2025-02, the last month is 2025-02"


@pytest.mark.parametrize(
    ("month", "last", "told"),
    [
        ("2025", "2024-12", "--month is 2025, it should be a month such as 2024-05"),
        ("2025-01", None, "fetch.to is null, so nothing says which months are new"),
    ],
)
def test_what_cannot_be_followed_is_told(params, month, last, told):
    set_values(params, "fetch", to=last)
    with pytest.raises(ParamsError, match=told):
        follow.follow(month)
