import logging
import warnings

import pytest

from stages.script import read_params, run, watch
from tagger.engine import Engine
from tagger.errors import ParamsError, QuotaError, SourceError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text("model: dummy\n")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    logging.captureWarnings(False)


def test_a_stage_ends_with_one_line_of_counts(capsys):
    run("fetch", lambda params, engine: f"{params['model']} with {engine.jobs > 0}")
    assert capsys.readouterr().out.startswith("fetch: dummy with True (0.")


@pytest.mark.parametrize(
    ("error", "code"), [(SourceError("no such file: set fetch.path"), 1), (QuotaError("wait"), 75)]
)
def test_an_error_of_ours_is_one_line_and_an_exit_code(capsys, error, code):
    def fail(params, engine):
        raise error

    with pytest.raises(SystemExit) as stopped:
        run("fetch", fail)
    assert stopped.value.code == code
    assert capsys.readouterr().err == f"fetch: {error}\n"


def test_an_error_of_the_code_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run("fetch", lambda params, engine: str(1 // 0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "params.yaml cannot be read"),
        ("- a list", "params.yaml holds no sections"),
        (None, "params.yaml cannot be read"),
    ],
)
def test_a_broken_params_file_is_told(folder, text, message):
    path = folder / "params.yaml"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(ParamsError, match=message) as error:
        read_params(path.relative_to(folder))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("pause", "lines"), [(1000, 0), (-1, 3)])
def test_progress_off_a_terminal_is_a_line_now_and_then(capsys, monkeypatch, pause, lines):
    monkeypatch.setattr("stages.script.SECONDS_BETWEEN_LINES", pause)
    assert list(watch("abc", 3, "tags")) == ["a", "b", "c"]
    assert capsys.readouterr().out.splitlines() == [f"tags: {done} of 3" for done in range(1, lines + 1)]


def test_progress_on_a_terminal_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(watch("abc", 3, "tags")) == ["a", "b", "c"]
    printed = capsys.readouterr()
    assert "tags" in printed.err
    assert printed.out == ""


def double(number):
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_engine_keeps_the_order(jobs):
    watched = []

    def note(items, total, what):
        watched.append((total, what))
        return items

    assert Engine(jobs, note).map(double, range(5), "numbers") == [0, 2, 4, 6, 8]
    assert watched == [(5, "numbers")]
    assert Engine(jobs).map(double, [], "nothing") == []
