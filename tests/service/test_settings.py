"""Settings and start: a slip is told in one line, and nothing heavy is loaded for a linear model."""

import subprocess
import sys

import pytest

from service.settings import Settings, read_settings
from tagger.errors import ParamsError
from tests.imports import ROOT, find_closure


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "x", "TAGGER_PORT is 'x': it should be a valid integer, unable to parse string as an integer"),
        ("PORT", "70000", "TAGGER_PORT is '70000': it should be less than or equal to 65535"),
        ("WORKERS", "0", "TAGGER_WORKERS is '0': it should be greater than or equal to 1"),
        ("SCORING", "fast", "TAGGER_SCORING is 'fast': it should be 'auto', 'direct' or 'batched'"),
        ("KEEP_DAYS", "-1", "TAGGER_KEEP_DAYS is '-1': it should be greater than or equal to 0"),
        ("DATABASE", "mysql://user:secret@host/db", "TAGGER_DATABASE: it should begin with sqlite or postgresql"),
        ("DATABASE", "secret", "TAGGER_DATABASE: it should begin with sqlite or postgresql"),
    ],
)
def test_a_setting_that_cannot_be_is_told(monkeypatch, name, value, told):
    monkeypatch.setenv(f"TAGGER_{name}", value)
    with pytest.raises(ParamsError) as error:
        read_settings()
    assert str(error.value).startswith(told)


def test_settings_cannot_be_changed_and_do_not_show_the_password(monkeypatch):
    monkeypatch.setenv("TAGGER_DATABASE", "postgresql+psycopg://tagger:hidden@host/db")
    settings = read_settings()
    assert "hidden" not in repr(settings)
    assert settings.url.startswith("postgresql+psycopg://tagger:hidden@")
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("MODEL", "nowhere"), ("STATE", "/proc/nowhere"), ("KEYS", "nokeys.json")]
)
def test_a_start_that_fails_says_why_in_one_line(model, tmp_path, name, value):
    environment = {"TAGGER_PORT": "0", "TAGGER_MODEL": str(model), "TAGGER_STATE": str(tmp_path)}
    done = run("-m", "service", **environment | {f"TAGGER_{name}": value})
    assert done.returncode
    assert "Traceback" not in done.stderr
    assert value in done.stderr


def test_a_linear_model_is_served_without_what_it_does_not_need(model, tmp_path):
    code = (
        "import sys, asyncio; from service.app import create_app\n"
        "async def main():\n"
        "    app = create_app()\n"
        "    async with app.router.lifespan_context(app): pass\n"
        "asyncio.run(main())\n"
        "print(*{'torch', 'sklearn', 'nltk', 'numba', 'pandas', 'mlflow', 'dvc', 'transformers'} & set(sys.modules))"
    )
    done = run("-c", code, TAGGER_MODEL=str(model), TAGGER_STATE=str(tmp_path), TAGGER_JOURNAL_MB="1")
    assert (done.stdout.split(), done.returncode) == ([], 0), done.stderr


def test_the_service_imports_neither_stages_nor_ops_nor_dvc():
    files = [path.relative_to(ROOT) for path in (ROOT / "service").rglob("*.py")]
    needed = set().union(*map(find_closure, files))
    assert {path.parts[0] for path in needed} == {"service", "tagger"}
    assert not any("import dvc" in (ROOT / path).read_text(encoding="utf-8") for path in files)


def test_every_setting_is_documented():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert [name for name in Settings.model_fields if f"`TAGGER_{name.upper()}`" not in text] == []
