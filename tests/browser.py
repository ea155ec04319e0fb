"""A page as a real browser has it: Chromium loads it in a frame of a given size and tells what came of it."""

import json
import os
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MUST = bool(os.environ.get("CI") or os.environ.get("NEED_BROWSER"))
needs_browser = pytest.mark.skipif(
    not CHROMIUM and not MUST, reason="Chromium is not installed: apt-get install chromium"
)
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=10000",
)
# Both go into a copy of the page: one listens before anything else runs, the other tells.
LISTEN = """<script>
window.problems = [];
addEventListener("error", (event) => problems.push(event.message || String(event.target.src)), true);
addEventListener("unhandledrejection", (event) => problems.push(String(event.reason)));
for (const name of ["error", "warn"]) console[name] = (...words) => problems.push(words.join(" "));
</script>"""
TELL = """<script>
addEventListener("load", () => setTimeout(() => parent.postMessage({
  problems,
  stolen: window.stolen === undefined ? null : window.stolen,
  width: document.documentElement.scrollWidth,
  plots: document.querySelectorAll(".plot").length,
  drawn: [...document.querySelectorAll(".plot")].filter((plot) => plot.querySelector("svg.main-svg")).length,
  outside: [...document.querySelectorAll("main *")]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => part.tagName + "." + (part.className.baseVal || part.className)),
  labels: [...document.querySelectorAll("#plot-tags .ytick text")].map((label) => label.textContent),
  requests: performance.getEntriesByType("resource").map((entry) => entry.name),
}, "*"), 1000));
</script>"""
# A window of Chromium's is 500 wide at least; a frame is as narrow as a phone.
FRAME = """<!doctype html><body><iframe src="probed.html" style="border:0;width:{}px;height:{}px"></iframe>
<script>addEventListener("message", (event) => document.body.append(
  Object.assign(document.createElement("pre"), {{textContent: JSON.stringify(event.data)}})))</script>"""


def look_at(path, width, height, profile):
    """What the page at `path` is like in a window of that size; `profile` is an empty folder for Chromium."""
    assert CHROMIUM, "Chromium must be there in CI: apt-get install chromium"
    html = path.read_text(encoding="utf-8").replace("<head>", f"<head>{LISTEN}").replace("</body>", f"{TELL}</body>")
    path.with_name("probed.html").write_text(html, encoding="utf-8")
    frame = path.with_name("frame.html")
    frame.write_text(FRAME.format(width, height), encoding="utf-8")
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", "--window-size=1400,900", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    told = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert told, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(told[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
