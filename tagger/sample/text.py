"""Writes a made-up question in the HTML of the site: templates, filled with the words of the question's voice."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TypeVar

import numpy as np

from tagger.sample import phrases

T = TypeVar("T")

SLOT = re.compile("(NOUN|CALL|THING|VERB|TOOL|NUMBER)")


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


class Writer:
    """Writes one question; no template is used twice in it."""

    def __init__(self, dice: Dice, voice: Voice) -> None:
        self.dice = dice
        self.words = {"CALL": voice.calls, "NOUN": voice.nouns, "TOOL": voice.tools}
        self.words |= {"THING": phrases.THINGS, "VERB": phrases.VERBS}
        self.syntax = voice.syntax
        self.used: set[str] = set()
        self.last = ""

    def write_title(self) -> str:
        """One line, not escaped."""
        template = self.dice.pick(phrases.TITLES)
        title = self.fill(template)
        return title if template.startswith("CALL") else title[0].upper() + title[1:]

    def write_body(self) -> str:
        """The HTML of a question: its blocks, each there with its probability, in the order that people use."""
        body = "\n".join(block(self) for probability, block in BLOCKS if self.dice.chance(probability))
        if self.dice.chance(0.05):
            return body.replace(self.dice.pick(("</p>", "</li>", "</a>")), "", 1)  # people forget to close a tag
        return body

    def fill(self, template: str) -> str:
        """Put a word into every slot."""
        parts = split_template(template)
        return "".join(self.choose_word(part) if index % 2 else part for index, part in enumerate(parts))

    def choose_word(self, slot: str) -> str:
        """A word for a slot, hardly ever a noun twice in a row."""
        if slot == "NUMBER":
            return str(2 + self.dice.below(500))
        word = self.dice.pick(self.words[slot])
        if word == self.last:
            word = self.dice.pick(self.words[slot])
        self.last = word if slot == "NOUN" else self.last
        return word

    def write_sentence(self, templates: Sequence[str]) -> str:
        """Escaped prose from a template that is new; names of code stand in <code>."""
        template = self.dice.pick([template for template in templates if template not in self.used])
        self.used.add(template)
        text = escape_text(self.fill(template.replace("CALL", "\0CALL\1")))
        return text.replace("\0", "<code>").replace("\1", "</code>")

    def write_paragraph(self, *groups: Sequence[str]) -> str:
        """One sentence from each group of templates."""
        return f"<p>{' '.join(self.write_sentence(group) for group in groups)}</p>"

    def write_heading(self) -> str:
        """A heading of either size."""
        tag = self.dice.pick(("h2", "h3"))
        return f"<{tag}>{self.dice.pick(phrases.HEADINGS)}</{tag}>"

    def write_code(self) -> str:
        """A sentence, then one or two snippets in the syntax of the question."""
        snippets = phrases.SNIPPETS[self.syntax].strip().split("\n\n")
        chosen = self.dice.sample(snippets, 1 + self.dice.below(2))
        code = "\n\n".join(self.write_snippet(snippet) for snippet in chosen)
        return f"{self.write_paragraph(phrases.LEADS)}\n<pre><code>{escape_text(code)}\n</code></pre>"

    def write_snippet(self, snippet: str) -> str:
        """Code whose names are nouns of the question, written as the language writes names."""
        name = spell_name(self.fill("NOUN"), self.syntax)
        other = spell_name(self.fill("THING NOUN"), self.syntax)
        return self.fill(snippet.replace("NAME", name).replace("OTHER", other))

    def write_error(self) -> str:
        """What the program said."""
        return f"<blockquote>\n<p>{escape_text(self.fill(self.dice.pick(phrases.ERRORS)))}</p>\n</blockquote>"

    def write_list(self) -> str:
        """What was tried, in a list."""
        tag = self.dice.pick(("ul", "ol"))
        items = "\n".join(f"<li>{self.write_sentence(phrases.ATTEMPTS)}</li>" for _ in range(3))
        return f"<p>I already tried:</p>\n<{tag}>\n{items}\n</{tag}>"

    def write_link(self) -> str:
        """A paragraph with a link, whose address is made of a noun of the question."""
        before, text, after = (escape_text(self.fill(part)) for part in self.dice.pick(phrases.LINKS))
        address = (
            f"https://example.com/{spell_name(self.fill('NOUN'), 'python')}?page={1 + self.dice.below(9)}&amp;lang=en"
        )
        return f'<p>{before}<a href="{address}" rel="nofollow noreferrer">{text}</a>{after}</p>'


BLOCKS: tuple[tuple[float, Callable[[Writer], str]], ...] = (
    (1.0, lambda writer: writer.write_paragraph(phrases.OPENINGS, phrases.DETAILS)),
    (0.12, Writer.write_heading),
    (0.5, lambda writer: writer.write_paragraph(phrases.DETAILS, phrases.DETAILS)),
    (0.85, Writer.write_code),
    (0.3, Writer.write_error),
    (0.7, lambda writer: writer.write_paragraph(phrases.DETAILS, phrases.DETAILS, phrases.DETAILS)),
    (0.3, Writer.write_list),
    (0.35, Writer.write_link),
    (1.0, lambda writer: writer.write_paragraph(phrases.DETAILS, phrases.ASKS)),
    (0.35, lambda writer: writer.write_paragraph(phrases.CLOSINGS)),
)


@cache
def split_template(template: str) -> tuple[str, ...]:
    """Text and slots in turn."""
    return tuple(SLOT.split(template))


def escape_text(text: str) -> str:
    """Escape for HTML, the apostrophe as the site does."""
    return escape(text).replace("&#x27;", "&#39;")


def spell_name(noun: str, syntax: str) -> str:
    """`left_join` or `leftJoin`."""
    first, *rest = re.findall("[A-Za-z0-9]+", noun)
    return "_".join([first, *rest]) if syntax in phrases.SNAKES else first + "".join(part.capitalize() for part in rest)
