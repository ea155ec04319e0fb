"""Writes a made-up question in the HTML of the site: sentences and code from templates, words from its voice.

Slots of the templates stand in capitals: NOUN and CALL are what the question is about, THING and VERB are common to
all questions, TOOL is a tag spoken of by name; NAME and OTHER keep their value through one piece of code.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TypeVar

import numpy as np

from tagger.sample_code import SNAKES, SNIPPETS

T = TypeVar("T")

SLOT = re.compile("(NOUN|CALL|THING|VERB|TOOL|NUMBER|NAME|OTHER)")

THINGS = [
    "value",
    "function",
    "file",
    "user",
    "page",
    "request",
    "result",
    "error",
    "line",
    "loop",
    "class",
    "object",
    "variable",
    "option",
    "setting",
    "button",
    "folder",
    "version",
    "list",
    "name",
    "number",
    "key",
    "record",
    "message",
    "output",
    "input",
    "test",
    "script",
    "project",
    "code",
    "example",
    "condition",
    "parameter",
    "type",
    "field",
    "step",
    "machine",
    "log",
    "update",
    "item",
    "text",
    "date",
    "image",
    "table",
    "data",
    "service",
    "method",
    "default",
    "change",
    "case",
    "screen",
    "library",
    "tutorial",
    "account",
    "server",
    "template",
    "document",
    "link",
    "response",
    "window",
    "counter",
    "flag",
    "copy",
    "order",
]
VERBS = [
    "update",
    "load",
    "parse",
    "render",
    "filter",
    "send",
    "store",
    "validate",
    "convert",
    "sort",
    "split",
    "merge",
    "copy",
    "open",
    "close",
    "read",
    "write",
    "fetch",
    "call",
    "replace",
    "remove",
    "create",
    "build",
    "run",
    "test",
    "export",
    "import",
    "upload",
    "print",
    "format",
    "compare",
    "count",
    "group",
    "map",
    "cache",
    "log",
    "schedule",
    "limit",
    "reset",
    "restore",
    "save",
    "show",
    "hide",
    "move",
    "pass",
    "return",
    "change",
    "find",
    "access",
    "check",
    "handle",
    "use",
    "define",
]
TITLES = (
    "How to VERB the NOUN in TOOL?",
    "How can I VERB one NOUN and keep the NOUN?",
    "TOOL: the NOUN is empty after I VERB the THING",
    "Why does CALL ignore the NOUN?",
    "CALL does not VERB the NOUN in TOOL",
    "Cannot VERB the THING with TOOL & CALL",
    'NOUN is not updated when the THING is "NOUN"',
    "What is the right way to VERB one NOUN per THING?",
    "TOOL NOUN works locally but not on the server",
    "Unexpected THING < NUMBER when I VERB the NOUN",
    "VERB the THING only if the NOUN exists",
    "Best way to VERB and VERB the NOUN using CALL",
    "NOUN vs NOUN: which one should VERB the THING?",
    "Error in TOOL when two THING values share the NOUN",
)
OPENINGS = (
    "I am trying to VERB the NOUN in TOOL, but the NOUN never matches the THING I expect.",
    "I'm fairly new to TOOL and I have to VERB every NOUN before the THING is shown.",
    "My project uses TOOL, and one NOUN has to VERB the THING each time the NOUN changes.",
    "We moved an older THING to TOOL last week, and since then the NOUN does not VERB anything.",
    "I have NUMBER entries in the NOUN and want to VERB only those where the THING is set.",
    "For a school project I need to VERB the NOUN & keep the THING as it is.",
    "There is one NOUN per THING in my code, and I'd like to VERB them with CALL.",
    "Is there a clean way in TOOL to VERB the NOUN without touching the THING?",
    "I wrote a small THING that should VERB the NOUN, following the TOOL documentation.",
)
DETAILS = (
    "The first NOUN is fine, but as soon as there is a second NOUN the THING is lost.",
    "When I VERB the THING by hand, CALL gives me the right NOUN.",
    "It works for the THING, yet the NOUN stays the same after CALL.",
    "As far as I understand, the NOUN is created before the THING, so CALL should see it.",
    "The THING comes from another team and I can't change how they VERB it.",
    'If the THING is > NUMBER the NOUN comes back empty, otherwise I get the "NOUN".',
    "I don't want to VERB the whole THING, only the part that belongs to the NOUN.",
    "On my machine the THING takes NUMBER seconds, with the NOUN switched off it takes one.",
    "I thought the NOUN was to blame, but a different NOUN shows the same behaviour.",
    "Both CALL and CALL seem to VERB the THING in a different order.",
    "My THING has a NOUN inside a NOUN, which may be what confuses TOOL.",
    "The documentation of TOOL mentions the NOUN only once and gives no THING.",
)
LEADS = (
    "Here is the relevant part:",
    "This is what I have so far:",
    "My code (shortened to the NOUN):",
    "The THING looks like this:",
    "A small example that shows the problem with the NOUN:",
    "I call it like this:",
)
ERRORS = (
    "Error: cannot VERB NOUN, CALL expected NUMBER arguments",
    'Unhandled exception in CALL: "NOUN" is not defined',
    "Warning: the NOUN has no THING at line NUMBER",
    "CALL failed with status NUMBER: NOUN not found",
)
ATTEMPTS = (
    "VERB the NOUN first, then the THING",
    "a fresh THING with nothing but the NOUN",
    "CALL instead of CALL",
    "an older release of TOOL",
    "printing the NOUN before and after I VERB it",
    "the same THING with NUMBER rows",
    'searching for "NOUN" in the manual',
)
LINKS = (
    ("I followed ", "this guide about the NOUN", ", but it is written for an older THING."),
    ("There is ", "a similar question on the NOUN", "; its answer doesn't VERB the THING."),
    ("According to ", "the TOOL documentation", " the NOUN should VERB the THING."),
)
ASKS = (
    "How can I VERB the NOUN without losing the THING?",
    "What am I missing about the NOUN?",
    "Is CALL the wrong place to VERB the THING, or is it the NOUN?",
    "Does anybody know how TOOL decides which NOUN to VERB?",
    "Should I VERB the NOUN myself, or is there a THING for it in TOOL?",
    "Any hint on where the NOUN goes would help.",
)
CLOSINGS = ("Thanks in advance!", "Thank you.", "Any help is appreciated.", "I'm happy to add more of the THING.")
HEADINGS = ("What I tried", "Expected result", "My set-up", "The problem", "Update")


class Dice:
    """Random choices from one stream of numbers, drawn in blocks since single draws of numpy's are slow."""

    def __init__(self, *seeds: int) -> None:
        self.roll: Callable[[], float] = stream_numbers(seeds).__next__

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.roll() < probability

    def below(self, end: int) -> int:
        """One of 0 to `end` - 1."""
        return int(self.roll() * end)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, all alike."""
        return choices[int(self.roll() * len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` of the choices in random order, or all where they are fewer."""
        rest = list(choices)
        return [rest.pop(self.below(len(rest))) for _ in range(min(count, len(rest)))]


def stream_numbers(seeds: Sequence[int]) -> Iterator[float]:
    """Numbers in [0, 1) without an end."""
    generator = np.random.default_rng(list(seeds))
    while True:
        yield from generator.random(4096).tolist()


@dataclass(frozen=True)
class Voice:
    """What one question speaks of: its nouns, names of code, tags by name, and the syntax of its code."""

    nouns: list[str]
    calls: list[str]
    tools: list[str]
    syntax: str


@cache
def split_template(template: str) -> tuple[str, ...]:
    """Text and slots in turn."""
    return tuple(SLOT.split(template))


def fill(template: str, dice: Dice, voice: Voice) -> str:
    """Put a word into every slot of prose."""
    parts = split_template(template)
    return "".join(part if index % 2 == 0 else choose_word(part, dice, voice) for index, part in enumerate(parts))


def choose_word(slot: str, dice: Dice, voice: Voice) -> str:
    """A word for a slot of prose; NAME and OTHER are nouns too, in code."""
    if slot == "NUMBER":
        return str(2 + dice.below(500))
    choices = {"CALL": voice.calls, "THING": THINGS, "VERB": VERBS, "TOOL": voice.tools}.get(slot, voice.nouns)
    return dice.pick(choices)


def write_title(dice: Dice, voice: Voice) -> str:
    """One line, not escaped."""
    title = fill(dice.pick(TITLES), dice, voice)
    return title[0].upper() + title[1:]


def write_body(dice: Dice, voice: Voice) -> str:
    """The HTML of a question: its blocks, each there with its probability, in the order that people use."""
    body = "\n".join(block(dice, voice) for probability, block in BLOCKS if dice.chance(probability))
    if dice.chance(0.05):
        return body.replace(dice.pick(("</p>", "</li>", "</a>")), "", 1)  # people forget to close a tag
    return body


def write_sentence(templates: Sequence[str], dice: Dice, voice: Voice) -> str:
    """Escaped prose; a name of code in it stands in <code>, every time."""
    text = escape_text(fill(dice.pick(templates).replace("CALL", "\0CALL\1"), dice, voice))
    return text.replace("\0", "<code>").replace("\1", "</code>")


def escape_text(text: str) -> str:
    """Escape for HTML, the apostrophe as the site does."""
    return escape(text).replace("&#x27;", "&#39;")


def write_paragraph(*groups: Sequence[str]) -> Callable[[Dice, Voice], str]:
    """A block of one sentence from each group of templates."""

    def write(dice: Dice, voice: Voice) -> str:
        return f"<p>{' '.join(write_sentence(group, dice, voice) for group in groups)}</p>"

    return write


def write_heading(dice: Dice, _voice: Voice) -> str:
    """A heading of either size."""
    tag = dice.pick(("h2", "h3"))
    return f"<{tag}>{dice.pick(HEADINGS)}</{tag}>"


def write_code(dice: Dice, voice: Voice) -> str:
    """One or two snippets in the syntax of the question."""
    snippets = SNIPPETS[voice.syntax].strip().split("\n\n")
    code = "\n\n".join(write_snippet(snippet, dice, voice) for snippet in dice.sample(snippets, 1 + dice.below(2)))
    return f"<pre><code>{escape_text(code)}\n</code></pre>"


def write_snippet(snippet: str, dice: Dice, voice: Voice) -> str:
    """Code whose names are nouns of the question, written as the language writes names."""
    name, other = (spell_name(noun, voice.syntax) for noun in (dice.pick(voice.nouns), dice.pick(voice.nouns)))
    return fill(snippet.replace("NAME", name).replace("OTHER", other), dice, voice)


def spell_name(noun: str, syntax: str) -> str:
    """`left_join` or `leftJoin`."""
    first, *rest = re.findall("[A-Za-z0-9]+", noun)
    return "_".join([first, *rest]) if syntax in SNAKES else first + "".join(part.capitalize() for part in rest)


def write_error(dice: Dice, voice: Voice) -> str:
    """What the program said."""
    return f"<blockquote>\n<p>{escape_text(fill(dice.pick(ERRORS), dice, voice))}</p>\n</blockquote>"


def write_list(dice: Dice, voice: Voice) -> str:
    """What was tried, as a list."""
    tag = dice.pick(("ul", "ol"))
    items = "\n".join(f"<li>{write_sentence((item,), dice, voice)}</li>" for item in dice.sample(ATTEMPTS, 3))
    return f"<p>I already tried:</p>\n<{tag}>\n{items}\n</{tag}>"


def write_link(dice: Dice, voice: Voice) -> str:
    """A paragraph with a link, its address made of the question's nouns."""
    before, text, after = (escape_text(fill(part, dice, voice)) for part in dice.pick(LINKS))
    address = f"https://example.com/{spell_name(dice.pick(voice.nouns), 'python')}?page={1 + dice.below(9)}&amp;lang=en"
    return f'<p>{before}<a href="{address}" rel="nofollow noreferrer">{text}</a>{after}</p>'


BLOCKS: tuple[tuple[float, Callable[[Dice, Voice], str]], ...] = (
    (1.0, write_paragraph(OPENINGS, DETAILS)),
    (0.12, write_heading),
    (0.5, write_paragraph(DETAILS, DETAILS)),
    (0.8, write_paragraph(LEADS)),
    (0.85, write_code),
    (0.3, write_error),
    (0.7, write_paragraph(DETAILS, DETAILS, DETAILS)),
    (0.3, write_list),
    (0.35, write_link),
    (1.0, write_paragraph(DETAILS, ASKS)),
    (0.35, write_paragraph(CLOSINGS)),
)
