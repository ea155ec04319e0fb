"""The service follows the command without a restart, and a model that is broken does not get in."""

import asyncio
import gc
import json
import shutil
import weakref

import httpx
import pytest

from service.settings import Settings
from service.versions import following
from service.versions.__main__ import main
from service.versions.copies import keep, prune
from service.versions.following import Versions
from service.versions.plan import Plan, Version, read_plan, write_plan
from service.versions.started import note_started
from tagger.errors import DataError, ModelError
from tests.service.servers import QUESTION, serving
from tests.service.versions.commands import run

CALLERS = [f"person {number}" for number in range(60)]


def ask_all(service):
    """The version that each caller gets."""
    return {caller: service.ask(caller=caller)["version"] for caller in CALLERS}


def wait_for(service, *versions):
    """Until these are served."""
    shares = 'tagger_version_share{version="%s"}'
    service.wait(lambda: all(service.read_metrics().get(shares % name, 0) > 0 for name in versions), 15)


def read_digest(folder):
    return json.loads((folder / "model.json").read_text())["sha256"]


def name_version(folder, name):
    return Version(model=folder, version=name, sha256=read_digest(folder))


def test_from_a_challenge_to_a_promotion_and_back(model, other, tmp_path):
    folder = tmp_path / "started"
    shutil.copytree(model, folder)
    with serving(tmp_path / "state", folder, VERSION="v1") as service:
        state = tmp_path / "state"
        assert set(ask_all(service).values()) == {"v1"}
        told = run(state, "challenge", other, "--share", "30%", "--version", "v2")
        assert "v2" in told
        wait_for(service, "v1", "v2")
        first = ask_all(service)
        assert set(first.values()) == {"v1", "v2"}
        assert ask_all(service) == first
        batch = {"questions": [QUESTION] * 3, "caller": CALLERS[0]}
        answers = service.client.post("/v1/tags/batch", json=batch).json()["answers"]
        assert {answer["version"] for answer in answers} == {first[CALLERS[0]]}
        run(state, "share", "60%")
        service.wait(lambda: service.read_metrics()['tagger_version_share{version="v2"}'] == 0.6)
        second = ask_all(service)
        assert {caller for caller in CALLERS if first[caller] == "v2"} < {
            caller for caller in CALLERS if second[caller] == "v2"
        }
        run(state, "promote")
        service.wait(lambda: service.get("/v1/model").json()["version"] == "v2", 15)
        assert set(ask_all(service).values()) == {"v2"}
        # What it was started with is gone, as by `dvc repro`: the way back does not need it.
        shutil.rmtree(folder)
        run(state, "rollback")
        service.wait(lambda: service.get("/v1/model").json()["version"] == "v1", 15)
        assert set(ask_all(service).values()) == {"v1"}
        models = [row["version"] for row in service.get("/v1/operator").json()["traffic"]["models"]]
        assert models == ["v1"]


def test_a_start_takes_up_what_was_served(model, other, tmp_path):
    with serving(tmp_path, model, VERSION="v1") as service:
        run(tmp_path, "challenge", other, "--version", "v2")
        run(tmp_path, "promote")
        service.stop()
        service.start()
        assert service.get("/readyz").json()["version"] == "v2"
        run(tmp_path, "reset")
        service.wait(lambda: service.get("/readyz").json()["version"] == "v1", 15)


@pytest.mark.parametrize("scoring", ["direct", "batched"])
def test_in_the_shadow_the_champion_answers_and_the_challenger_is_kept(model, other, tmp_path, scoring):
    with serving(tmp_path, model, VERSION="v1", SCORING=scoring) as service:
        run(tmp_path, "challenge", other, "--shadow", "--version", "v2")
        service.wait(lambda: 'tagger_version_share{version="v2"}' in service.read_metrics(), 15)
        asked = [service.ask(caller=caller) for caller in CALLERS]
        service.ask(keep=False)
        assert {answer["version"] for answer in asked} == {"v1"}
        count = "SELECT count(*) FROM shadows s JOIN predictions p ON p.id = s.prediction_id AND s.version = 'v2'"
        service.wait(lambda: service.select(count) == [(60,)])
        same = "SELECT count(*) FROM shadows s JOIN predictions p ON p.id = s.prediction_id WHERE s.tags = p.tags"
        assert service.select(same) == [(60,)]
        figures = service.read_metrics()
        assert figures["tagger_shadows_total"] == figures["tagger_shadows_written_total"] == 60
        assert figures["tagger_predictions_total"] == 60
        service.say(asked[0]["prediction_id"], tags=["sql"])
        told = service.get("/v1/versions").json()
        assert [(row["version"], row["questions"]) for row in told["versions"]] == [("v1", 60), ("v2", 0)]
        assert told["verdict"]["differences"][0]["votes"] == [1, 1]


def test_a_broken_model_does_not_get_in(model, broken, tmp_path):
    state = tmp_path / "state"
    with serving(state, model, VERSION="v1") as service:
        told = run(state, "challenge", broken, "--version", "v2", code=1)
        assert told.count("\n") == 1
        assert "is not what was saved" in told
        assert not (state / "versions.json").exists()
        assert list((state / "models").iterdir()) == []
        assert set(ask_all(service).values()) == {"v1"}


def test_a_copy_that_breaks_later_leaves_what_is_served(model, other, tmp_path):
    with serving(tmp_path, model, VERSION="v1") as service:
        kept = keep(tmp_path, name_version(other, "v2"))
        (kept.model / "extra").write_text("x")
        write_plan(tmp_path, Plan(champion=kept))
        service.wait(lambda: service.read_metrics()["tagger_versions_behind"] == 1, 15)
        assert service.ask()["version"] == "v1"
        (kept.model / "extra").unlink()
        (tmp_path / "versions.json").touch()
        service.wait(lambda: service.ask()["version"] == "v2", 15)
        service.wait(lambda: service.read_metrics()["tagger_versions_behind"] == 0, 15)
        (tmp_path / "versions.json").write_text("{")
        service.wait(lambda: service.read_metrics()["tagger_versions_behind"] == 1, 15)
        assert service.ask()["version"] == "v2"
        printed = service.stop()
        # Once each, however often it is looked at.
        assert printed.count("versions.json is not followed") == 2


@pytest.mark.parametrize(
    ("champion", "challenger", "previous", "expected"),
    [
        ("good", "good", None, ("good", "good")),
        ("good", "bad", None, ("good", None)),
        ("bad", None, "good", ("good", None)),
        ("bad", "bad", "bad", ("started", None)),
        (None, "good", None, ("started", "good")),
    ],
)
def test_a_start_serves_what_is_next_to_the_plan(
    model, other, broken, tmp_path, champion, challenger, previous, expected
):
    def find(name):
        folder = {"good": other, "bad": broken}.get(name)
        return folder and name_version(folder, name)

    plan = Plan(champion=find(champion), challenger=find(challenger), share=0.5, previous=find(previous))
    write_plan(tmp_path, plan)
    versions = Versions(Settings(model=model, state=tmp_path, version="started"))
    lineup = versions.lineup
    versions.close()
    names = (lineup.champion.served.version, lineup.challenger and lineup.challenger.served.version)
    assert names == expected
    assert bool(versions.problem) == ("bad" in (champion, challenger))


def test_a_model_that_is_no_longer_served_is_freed(model, other, tmp_path):
    versions = Versions(Settings(model=model, state=tmp_path))
    gc.freeze()
    try:
        old = weakref.ref(versions.lineup.champion.served.tagger)
        write_plan(tmp_path, Plan(champion=keep(tmp_path, name_version(other, "v2"))))

        async def change():
            await versions.look()

        asyncio.run(change())
        following.free_memory()
        assert versions.lineup.champion.served.version == "v2"
        assert old() is None
    finally:
        gc.unfreeze()
        versions.close()


def test_a_copy_is_made_once_and_goes_when_nothing_names_it(other, tmp_path):
    first, second = (keep(tmp_path, name_version(other, name)) for name in ("v1", "v/2"))
    assert keep(tmp_path, name_version(other, "v1")) == first
    prune(tmp_path, Plan(champion=second))
    assert [path.name for path in (tmp_path / "models").iterdir()] == [second.model.parent.name]
    with pytest.raises(ModelError, match="it has changed meanwhile"):
        keep(tmp_path, name_version(other, "v3").model_copy(update={"sha256": "0" * 64}))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["challenge", "nowhere"], "nowhere"),
        (["challenge", "nowhere", "--share", "10"], "share is '10': write a percentage"),
        (["challenge", "nowhere", "--share", "110%"], "share is '110%': write a percentage"),
        (["share", "10%"], "there is no challenger"),
        (["promote"], "there is no challenger"),
        (["drop"], "there is no challenger"),
        (["rollback"], "there is nothing to go back to"),
        (["compare"], "the service's database cannot be read"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(tmp_path, monkeypatch, capsys, arguments, told):
    monkeypatch.setenv("TAGGER_STATE", str(tmp_path))
    with pytest.raises(SystemExit, match="1"):
        main(arguments)
    printed = capsys.readouterr().err
    assert told in printed
    assert printed.count("\n") == 1


def test_without_a_way_back_nothing_is_promoted(model, other, tmp_path):
    folder = tmp_path / "started"
    shutil.copytree(model, folder)
    state = tmp_path / "state"
    note(Settings(model=folder, state=make(state), version="v1"))
    run(state, "challenge", other, "--version", "v2")
    shutil.rmtree(folder)
    assert "there would be no way back" in run(state, "promote", code=1)
    assert read_plan(state).challenger.version == "v2"


def note(settings):
    """As a service does that is started."""
    versions = Versions(settings)
    note_started(settings, versions.lineup.champion)
    versions.close()


def make(folder):
    folder.mkdir()
    return folder


def test_what_a_reset_would_bring_is_known_while_another_is_champion(model, other, tmp_path):
    note(Settings(model=model, state=tmp_path, version="v1"))
    run(tmp_path, "challenge", other, "--version", "v2")
    run(tmp_path, "promote")
    note(Settings(model=other, state=tmp_path, version="v3"))
    assert "v3" in run(tmp_path, "reset")
    # A service whose own model is gone goes on with the champion, and knows of nothing else.
    run(tmp_path, "challenge", model, "--version", "v4")
    run(tmp_path, "promote")
    note(Settings(model=tmp_path / "nowhere", state=tmp_path))
    assert "v3" in run(tmp_path, "reset")


def test_a_version_that_went_may_come_back_and_one_that_is_there_may_not(model, other, tmp_path):
    note(Settings(model=model, state=tmp_path, version="v1"))
    assert "v1 is the champion already" in run(tmp_path, "challenge", other, "--version", "v1", code=1)
    run(tmp_path, "challenge", other, "--version", "v2")
    run(tmp_path, "promote")
    run(tmp_path, "challenge", model, "--version", "v1")
    plan = read_plan(tmp_path)
    assert (plan.champion.version, plan.challenger.version, plan.previous.version) == ("v2", "v1", "v1")


def test_show_and_compare_say_what_is_served(model, other, tmp_path):
    with serving(tmp_path, model, VERSION="v1") as service:
        assert "what the service was started with" in run(tmp_path, "show")
        run(tmp_path, "challenge", other, "--share", "50%", "--version", "v2")
        told = run(tmp_path, "show")
        assert [line.split()[:2] for line in told.splitlines()] == [["champion", "v1"], ["challenger", "v2"]]
        assert "answers 50% of the callers" in told
        service.ask()
        service.wait(lambda: service.select("SELECT 1 FROM predictions"))
        printed = run(tmp_path, "compare")
        assert "Whether v2 is better than v1 cannot be told yet" in printed
        answer = httpx.get(f"{service.client.base_url}/v1/versions")
        assert answer.json()["verdict"]["verdict"] == "cannot be told yet"
        assert QUESTION["title"] not in answer.text


def test_a_digest_that_is_another_is_refused_at_the_door(other, tmp_path):
    versions = name_version(other, "v2").model_copy(update={"sha256": "0" * 64})
    write_plan(tmp_path, Plan(champion=versions))
    with pytest.raises(DataError, match="holds no model"):
        Versions(Settings(model=tmp_path / "nowhere", state=tmp_path))
