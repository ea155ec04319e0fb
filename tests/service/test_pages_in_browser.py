"""The pages in Chromium: typed, corrected by keyboard alone, on a phone, in the dark, with the service gone."""

import json

import pytest
from playwright.sync_api import expect

from service.ids import make_id
from tests.browser import needs_browser
from tests.service.browser import LOOK, find_contrast, open_page
from tests.service.servers import serving

pytestmark = [pytest.mark.slow, needs_browser]
SIZES = {"laptop": (1280, 800), "phone": (360, 740)}
EVIL = "<img src=x onerror=alert(1)>"
LONG = "a-name-without-any-end-" * 2


@pytest.fixture(scope="module")
def running(model, tmp_path_factory):
    """A service of its own, since what was said is counted."""
    with serving(tmp_path_factory.mktemp("pages"), model) as service:
        yield service


@pytest.fixture
def page(browser, running):
    page, problems = open_page(browser)
    page.goto(str(running.client.base_url))
    yield page
    assert problems == []
    page.context.close()


def list_tags(page):
    return page.locator("#tags input").evaluate_all("inputs => inputs.map((input) => input.value)")


def read_said(service):
    """The latest feedback and the question that it is about."""
    joined = "FROM feedback f LEFT JOIN predictions p ON p.id = f.prediction_id ORDER BY f.given DESC LIMIT 1"
    return service.select(f"SELECT f.tags, f.rating, p.title, p.body {joined}")[0]


def wait_for_said(service, expected):
    """Until the writer has the prediction as well."""
    service.wait(lambda: read_said(service) == expected, 5)


def test_typing_shows_tags_with_their_reasons(page):
    page.locator("#title").press_sequentially("join a table", delay=10)
    page.wait_for_selector("#tags li")
    assert list_tags(page)[0] == "sql"
    assert page.locator("#tags li").first.locator("input").is_checked()
    assert "join" in page.locator("#tags .why").first.inner_text()
    assert "sql" in page.locator("#status").inner_text()
    page.fill("#title", "a numpy list")
    expect(page.locator("#tags input").first).to_have_value("python")
    page.fill("#title", "")
    expect(page.locator("#tags li")).to_have_count(0)


def test_nothing_is_kept_before_something_is_said(page, running):
    before = running.read_metrics().get("tagger_predictions_total", 0)
    page.fill("#title", "the jvm")
    page.wait_for_selector("#tags li")
    assert running.read_metrics().get("tagger_predictions_total", 0) == before


def test_the_keyboard_alone_is_enough_to_accept(page, running):
    page.keyboard.type("select and join")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tags li")
    seen = []
    while page.evaluate("document.activeElement.id") != "send":
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.value"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        assert len(seen) < 20
    assert [name for name in seen if name in {"format", "body", "sql", "other", "send"}] == [
        "format",
        "body",
        "sql",
        "other",
        "send",
    ]
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Thank you")
    wait_for_said(running, (None, "up", "select and join", ""))
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("Already")


def test_tags_are_removed_and_a_new_one_is_added_by_keyboard(page, running):
    page.fill("#title", "join the other table")
    page.wait_for_selector("#tags li")
    page.focus("#tags input[value=sql]")
    page.keyboard.press("Space")
    page.focus("#other")
    page.keyboard.type("zzz")
    page.keyboard.press("Escape")
    assert page.input_value("#other") == ""
    page.keyboard.type("py")
    page.wait_for_selector("#known option[value=python]", state="attached")
    page.fill("#other", "brand-new")
    page.keyboard.press("Enter")
    assert "added by you" in page.locator("#tags li").last.inner_text()
    page.fill("#body", "It has *rows*")
    page.wait_for_timeout(500)
    assert not page.is_checked("#tags input[value=sql]")
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("brand-new")
    wait_for_said(running, ('["brand-new"]', None, "join the other table", "<p>It has <em>rows</em></p>\n"))


def test_a_wrong_suggestion_and_a_new_question(page, running):
    page.fill("#title", "std and template")
    page.select_option("#format", "html")
    page.wait_for_selector("#tags li")
    page.click("#none")
    expect(page.locator("#outcome")).to_contain_text("wrong")
    wait_for_said(running, (None, "down", "std and template", ""))
    page.click("button[type=reset]")
    expect(page.locator("#title")).to_be_focused()
    assert (page.input_value("#title"), list_tags(page), page.input_value("#format")) == ("", [], "markdown")


@pytest.mark.parametrize(
    ("typed", "told"), [("", "1 to 50"), ("two words", "without blanks"), (EVIL, "< >"), ("a,b", "commas")]
)
def test_a_name_that_is_no_tag_is_told(page, typed, told):
    page.fill("#other", typed)
    page.click("#add button")
    assert told in page.locator("#problem").inner_text()
    assert list_tags(page) == []


def test_what_cannot_be_sent_is_told(page, running):
    before = running.select("SELECT count(*) FROM feedback")
    page.click("#send")
    assert "title" in page.locator("#problem").inner_text()
    page.fill("#title", "join")
    page.wait_for_selector("#tags li")
    for box in page.locator("#tags input:checked").all():
        box.uncheck()
    page.click("#send")
    assert "Choose or add" in page.locator("#problem").inner_text()
    assert running.select("SELECT count(*) FROM feedback") == before


def test_the_last_request_wins(page):
    """Answers that come in the wrong order: the first one is held back."""
    held = []

    def route(call):
        if json.loads(call.request.post_data)["title"] == "join":
            held.append(call)
        else:
            call.continue_()

    page.route("**/v1/tags", route)
    with page.expect_request("**/v1/tags"):
        page.fill("#title", "join")
    page.fill("#title", "numpy")
    page.wait_for_selector("#tags li")
    assert held
    # Given up by the page, it has nobody to go to.
    held[0].fulfill(json={"prediction_id": make_id(), "version": "1", "tags": [{"tag": "old", "suggested": True}]})
    page.wait_for_timeout(300)
    assert list_tags(page)[0] == "python"


def test_words_become_no_html(page):
    tag = {"tag": EVIL, "probability": 0.9, "suggested": True}
    tag["why"] = {"unit": "margin", "words": [{"words": EVIL, "place": "title", "contribution": 1.0}]}
    page.route(
        "**/v1/tags", lambda call: call.fulfill(json={"prediction_id": make_id(), "version": EVIL, "tags": [tag]})
    )
    page.fill("#title", EVIL)
    page.fill("#body", EVIL)
    page.wait_for_selector("#tags li")
    assert EVIL in page.locator("#tags li").inner_text()
    assert page.locator("img").count() == 0


@pytest.mark.parametrize(
    ("status", "told"), [(429, "busy"), (503, "send it again"), (500, "log"), (422, "refuses this: too odd")]
)
def test_a_refusal_is_told_in_plain_words_and_can_be_tried_again(browser, running, status, told):
    page, _ = open_page(browser)
    page.goto(str(running.client.base_url))
    page.fill("#title", f"join {status}")
    page.wait_for_selector("#tags li")
    page.route("**/v1/feedback", lambda call: call.fulfill(status=status, json={"error": "too odd"}))
    page.click("#send")
    expect(page.locator("#problem")).not_to_be_empty()
    assert told in page.locator("#problem").inner_text()
    page.unroute("**/v1/feedback")
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Thank you")
    assert page.locator("#problem").inner_text() == ""
    wait_for_said(running, (None, "up", f"join {status}", ""))
    page.context.close()


def test_a_service_that_is_down_is_told_and_asked_again(browser, model, tmp_path):
    with serving(tmp_path, model) as service:
        pages = []
        for path in ("/", "/operator"):
            page, _ = open_page(browser)
            page.goto(f"{service.client.base_url}{path}")
            pages.append(page)
        asking, watching = pages
        watching.wait_for_selector("#tiles div")
        service.kill()
        asking.fill("#title", "join")
        for page in pages:
            expect(page.locator("#problem")).to_contain_text("does not answer")
        assert asking.input_value("#title") == "join"
        service.start()
        asking.wait_for_selector("#tags li")
        for page in pages:
            expect(page.locator("#problem")).to_be_empty()
            page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", "/operator"])
def test_it_fits_and_can_be_read(browser, running, size, scheme, path):
    for tags in (["python", LONG], ["brand-new"]):
        running.say(running.ask()["prediction_id"], tags=tags)
    page, problems = open_page(browser, *SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{running.client.base_url}{path}")
    if path == "/":
        page.fill("#title", f"join {LONG}")
        page.wait_for_selector("#tags li")
        page.fill("#other", LONG)
        page.press("#other", "Enter")
        page.click("#send")
        expect(page.locator("#outcome")).not_to_be_empty()
    else:
        page.wait_for_selector("#tiles div")
    seen = page.evaluate(LOOK)
    assert (problems, seen["nameless"], seen["small"], seen["outside"]) == ([], [], [], [])
    assert seen["width"] <= SIZES[size][0]
    assert [text for text in seen["texts"] if find_contrast(text["text"], text["behind"]) < 4.5] == []
    assert len(seen["texts"]) > 10
    dark = sum(seen["texts"][0]["behind"]) < 380
    assert dark == (scheme == "dark")
    assert page.context.cookies() == []
    page.context.close()


def test_the_operator_sees_what_happens_without_a_reload(browser, running):
    page, problems = open_page(browser)
    page.goto(f"{running.client.base_url}/operator")
    page.wait_for_selector("#tiles div")
    asked = running.ask(title="an unusual private title")["prediction_id"]
    running.say(asked, tags=["seen-by-operator"])
    expect(page.locator("#recent")).to_contain_text("seen-by-operator")
    assert "private" not in page.content()
    assert page.locator("#hours rect").count() == 24
    # The records of the followed months that the repository has.
    assert page.locator("#months circle").count() >= 2
    assert problems == []
    page.context.close()


def make_trial(verdict):
    """What /v1/versions says of a challenger with a long name."""
    figures = {"questions": 1234, "callers": 56, "with_feedback": 0.1, "corrections": 3, "up": 2, "down": 1}
    means = {"f1": 0.5, "negative": None, "score": 0.25}
    roles = [("v1", "champion"), (LONG, "challenger"), (EVIL, None)]
    rows = [{"version": version, "role": role} | figures | means for version, role in roles]
    told = {"verdict": verdict, "says": f"{LONG} is {verdict} than v1.", "missing": None, "differences": []}
    return {"since": "2026-01-31T12:00:00Z", "share": 0.25, "shadow": False, "versions": rows, "verdict": told}


@pytest.mark.parametrize(
    ("size", "scheme", "verdict"), [("phone", "dark", "worse"), ("laptop", "light", "better"), ("phone", "light", None)]
)
def test_the_operator_sees_versions_and_the_verdict(browser, running, size, scheme, verdict):
    trial = make_trial(verdict) if verdict else None

    def answer(route):
        route.fulfill(json=running.get("/v1/operator").json() | {"versions": trial})

    page, problems = open_page(browser, *SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    page.route("**/v1/operator", answer)
    page.goto(f"{running.client.base_url}/operator")
    page.wait_for_selector("#tiles div")
    if verdict:
        expect(page.locator("#verdict")).to_contain_text(f"{LONG} is {verdict}")
        expect(page.locator("#verdict strong")).to_have_text(verdict)
        names = page.locator("#versions th").all_inner_texts()
        assert names == ["v1 (champion)", f"{LONG} (challenger)", EVIL]
        expect(page.locator("#shares")).to_contain_text("answers 25.0% of the callers")
    else:
        expect(page.locator("#shares")).to_contain_text("The database is away")
    seen = page.evaluate(LOOK)
    assert (problems, seen["outside"]) == ([], [])
    assert [text for text in seen["texts"] if find_contrast(text["text"], text["behind"]) < 4.5] == []
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/operator"])
def test_without_scripts_a_sentence_says_so(browser, running, path):
    page, _ = open_page(browser, java_script_enabled=False)
    page.goto(f"{running.client.base_url}{path}")
    assert "needs JavaScript" in page.inner_text("main")
    page.context.close()
