"""What each command makes of what is served, and what it refuses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.versions import changes, plan
from service.versions.plan import Plan, Version, read_plan, read_started, write_plan, write_started
from tagger.errors import DataError, ParamsError

NOW = datetime(2026, 1, 31, tzinfo=UTC)
A, B, C = (Version(model=Path(name), version=name, sha256=name) for name in "abc")
TRIAL = Plan(champion=A, challenger=B, share=0.1, since=NOW)


@pytest.mark.parametrize(
    ("change", "before", "expected"),
    [
        (lambda plan: changes.challenge(plan, B, 0.1, False, NOW), Plan(champion=A), TRIAL),
        (
            lambda plan: changes.challenge(plan, B, 1.0, True, NOW),
            Plan(previous=C),
            Plan(challenger=B, share=1.0, shadow=True, since=NOW, previous=C),
        ),
        (lambda plan: changes.set_share(plan, 0.5, None), TRIAL, TRIAL.model_copy(update={"share": 0.5})),
        (
            lambda plan: changes.set_share(plan, 0.5, True),
            TRIAL,
            TRIAL.model_copy(update={"share": 0.5, "shadow": True}),
        ),
        (lambda plan: changes.promote(plan, A), TRIAL, Plan(champion=B, previous=A)),
        (changes.roll_back, Plan(champion=B, previous=A), Plan(champion=A)),
        (changes.roll_back, TRIAL.model_copy(update={"previous": C}), Plan(champion=A, previous=C)),
        (changes.drop, TRIAL, Plan(champion=A)),
    ],
)
def test_a_change_makes_another_plan(change, before, expected):
    assert change(before) == expected


@pytest.mark.parametrize(
    ("change", "before", "told"),
    [
        (lambda plan: changes.challenge(plan, C, 0.1, False, NOW), TRIAL, "b is the challenger already"),
        (lambda plan: changes.challenge(plan, A, 0.1, False, NOW), Plan(champion=A), "a is the champion already"),
        (lambda plan: changes.set_share(plan, 0.5, None), Plan(champion=A), "there is no challenger"),
        (lambda plan: changes.promote(plan, A), Plan(champion=A), "there is no challenger"),
        (changes.drop, Plan(), "there is no challenger"),
        (changes.roll_back, Plan(champion=A), "there is nothing to go back to"),
    ],
)
def test_what_makes_no_sense_is_refused(change, before, told):
    with pytest.raises(ParamsError, match=told):
        change(before)


def test_a_plan_is_read_as_it_was_written(tmp_path):
    assert read_plan(tmp_path) == Plan()
    write_plan(tmp_path, TRIAL)
    assert read_plan(tmp_path) == TRIAL


def test_what_could_not_be_noted_is_not_told_as_another(tmp_path, monkeypatch):
    write_started(tmp_path, A)
    assert read_started(tmp_path) == A

    def fail(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plan, "write_text", fail)
    write_started(tmp_path, B)
    assert read_started(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"share": 2}', '{"champion": 1}', '{"chalenger": null}'])
def test_a_file_that_cannot_be_read_is_told_with_its_remedy(tmp_path, text):
    (tmp_path / "versions.json").write_text(text)
    with pytest.raises(DataError, match=r"versions.json cannot be read .* mend it, or remove it") as error:
        read_plan(tmp_path)
    assert "\n" not in str(error.value)
