"""The pages of a service that has keys, in Chromium: asked for, kept in the tab alone, refused, revoked."""

import pytest
from playwright.sync_api import expect

from service.doors.keys import add_key, revoke_key
from service.doors.roles import ROLES
from tests.browser import needs_browser
from tests.service.browser import LOOK, find_contrast, open_page
from tests.service.servers import serving

pytestmark = [pytest.mark.slow, needs_browser]
STORED = "[localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture
def page(browser, keyed):
    page, _ = open_page(browser)
    page.goto(str(keyed.client.base_url))
    yield page
    page.context.close()


def give_key(page, key):
    page.fill("#key", key)
    page.press("#key", "Enter")


def test_a_question_is_asked_and_corrected_with_a_key(page, keyed):
    expect(page.locator("#door")).to_have_count(0)
    page.fill("#title", "join a table")
    expect(page.locator("#problem")).to_contain_text("A key is needed")
    for wrong, told in (("two words", "no key"), ("ключ", "no key"), ("tagger_00000000_" + "A" * 43, "not known")):
        give_key(page, wrong)
        expect(page.locator("#problem")).to_contain_text(told)
    give_key(page, keyed.keys["ask"])
    expect(page.locator("#tags input").first).to_have_value("sql")
    expect(page.locator("#door")).to_have_count(0)
    expect(page.locator("#problem")).to_be_empty()
    page.click("#send")
    expect(page.locator("#problem")).to_contain_text("role correct")
    give_key(page, keyed.keys["all"])
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Thank you")


def test_the_key_is_kept_in_its_tab_alone(page, keyed):
    page.fill("#title", "join a table")
    page.wait_for_selector("#door")
    assert page.get_attribute("#key", "type") == "password"
    give_key(page, keyed.keys["all"])
    page.wait_for_selector("#tags li")
    assert page.evaluate(STORED) == [0, 1, ""]
    page.reload()
    page.fill("#title", "join a table")
    page.wait_for_selector("#tags li")
    assert keyed.keys["all"] not in page.url + page.content()
    other = page.context.new_page()
    other.goto(str(keyed.client.base_url))
    other.fill("#title", "join a table")
    other.wait_for_selector("#door")
    assert other.evaluate(STORED) == [0, 0, ""]


def test_the_operator_needs_the_role(page, keyed):
    page.goto(f"{keyed.client.base_url}/operator")
    expect(page.locator("#problem")).to_contain_text("A key is needed")
    give_key(page, keyed.keys["ask"])
    expect(page.locator("#problem")).to_contain_text("role operate")
    assert not page.is_visible("#tiles")
    give_key(page, keyed.keys["operate"])
    page.wait_for_selector("#tiles div")
    expect(page.locator("#problem")).to_be_empty()


def test_a_key_that_is_revoked_is_told(browser, model, tmp_path):
    keys = tmp_path / "keys.json"
    text = add_key(keys, "mine", ROLES)
    with serving(tmp_path, model) as service:
        page, _ = open_page(browser)
        page.goto(f"{service.client.base_url}/operator")
        page.wait_for_selector("#door")
        give_key(page, text)
        page.wait_for_selector("#tiles div")
        revoke_key(keys, "mine")
        expect(page.locator("#problem")).to_contain_text("revoked")
        expect(page.locator("#door")).to_have_count(1)
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/operator", "/docs"])
def test_it_fits_a_phone_and_can_be_read(browser, keyed, path, scheme):
    page, problems = open_page(browser, 360, 740, color_scheme=scheme)
    page.goto(f"{keyed.client.base_url}{path}")
    if path == "/docs":
        page.wait_for_selector("#paths section")
        assert problems == []
    else:
        page.fill("#title", "join") if path == "/" else None
        page.wait_for_selector("#door")
    seen = page.evaluate(LOOK)
    assert (seen["nameless"], seen["small"], seen["outside"]) == ([], [], [])
    assert seen["width"] <= 360
    assert [text for text in seen["texts"] if find_contrast(text["text"], text["behind"]) < 4.5] == []
    page.context.close()


def test_the_page_of_the_api_says_what_the_document_says(page, keyed):
    page.goto(f"{keyed.client.base_url}/docs")
    for path, operations in keyed.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            heading = page.get_by_role("heading", name=f"{method.upper()} {path}", exact=True)
            section = page.locator("section", has=heading)
            expect(section).to_contain_text(operation["description"].replace("`", ""))
            role = operation["security"][0]["key"][0] if operation["security"] else None
            expect(section).to_contain_text(f"role {role}." if role else "Open to everybody.")
    expect(page.locator("#paths")).to_contain_text("prediction_id")
    assert page.locator("#problem").inner_text() == ""
