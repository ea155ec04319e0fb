"""Chromium driven by Playwright: pages that report what went wrong in them, and colours as they are seen."""

from contextlib import contextmanager

from tests.browser import CHROMIUM

# Colours of what shows text and of what is behind it, fields without a label, and what is too small or sticks out.
LOOK = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const shown = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
  const texts = shown.filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const fields = shown.filter((element) => element.matches("input, textarea, select"));
  const pressed = "a, button, select, textarea, input:not([type=checkbox]), label:has(input)";
  const targets = shown.filter((element) => element.matches(pressed));
  const name = (element) => `${element.tagName} ${element.id || element.className} ${element.textContent.slice(0, 30)}`;
  const size = (element) => element.getBoundingClientRect();
  return {
    width: document.documentElement.scrollWidth,
    texts: texts.map((element) => {
      const style = getComputedStyle(element);
      const color = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
      return { name: name(element), text: numbers(color).slice(0, 3), behind: behind(element) };
    }),
    nameless: fields.filter((element) => ![...element.labels].some((label) => label.textContent.trim())).map(name),
    small: targets.filter((element) => size(element).height < 43.5 || size(element).width < 24).map(name),
    outside: shown.filter((element) => size(element).right > innerWidth + 1 && !element.closest("svg")).map(name),
  };
}"""


@contextmanager
def opening():
    """Chromium, until the block ends."""
    from playwright.sync_api import expect, sync_playwright

    assert CHROMIUM, "Chromium must be there in CI: apt-get install chromium"
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def open_page(browser, width=1280, height=800, **options):
    """A page of its own, and the list of what its console, its scripts and its policy complain of."""
    page = browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
    page.set_default_timeout(20_000)
    problems = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script("addEventListener('securitypolicyviolation', (event) => console.error(event.blockedURI))")
    return page, problems


def find_contrast(one, other):
    """Of two colours, as WCAG 2.2 defines it: 1 to 21."""
    low, high = sorted(find_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def find_luminance(color):
    """Relative luminance of red, green and blue from 0 to 255."""
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
