"""What wrk says is read as it says it, and its script sends what it was given."""

import json
import re

import pytest

from bench.serve.load import find, read_time, write_script
from tagger.errors import TaggerError

SAID = """Running 4s test @ http://127.0.0.1:8765/v1/tags
  Latency Distribution
     50%  712.00us
     75%    0.90ms
     99%    1.25s
  4523 requests in 4.00s, 2.94MB read
  Non-2xx or 3xx responses: 12
Requests/sec:   1130.55
"""


@pytest.mark.parametrize(("share", "milliseconds"), [("50%", 0.712), ("75%", 0.9), ("99%", 1250)])
def test_times_are_milliseconds(share, milliseconds):
    assert read_time(share, SAID) == pytest.approx(milliseconds)


def test_what_wrk_does_not_say_is_told():
    assert find(r"Requests/sec:\s+([\d.]+)", SAID) == "1130.55"
    with pytest.raises(TaggerError, match="says nothing"):
        read_time("99.9%", SAID)


def test_bodies_reach_the_script_as_they_are(tmp_path):
    bodies = [{"title": 'a "quoted" ]] one\n', "body": "<p>\\n</p>"}, {"title": "ä"}]
    write_script(tmp_path / "wrk.lua", bodies)
    found = re.findall(r"\[==\[(.*?)\]==\]", (tmp_path / "wrk.lua").read_text(encoding="utf-8"))
    assert [json.loads(text) for text in found] == bodies
