"""Takes HTML apart into prose and code."""

import re
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNSEEN_TAGS = "iframe|noscript|script|style|template"
BLOCK_TAGS = (
    "address|article|aside|blockquote|br|center|dd|details|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h1|h2|h3|h4|h5|h6|header|hr|legend|li|main|menu|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|"
    "tr|ul"
)
INLINE_TAGS = (
    "a|abbr|b|body|code|del|em|font|head|html|i|img|input|ins|kbd|link|meta|q|s|samp|small|span|strike|strong|sub|sup|"
    "title|tt|u|var"
)
UNSEEN = frozenset(UNSEEN_TAGS.split("|"))
BLOCKS = frozenset(BLOCK_TAGS.split("|"))
TAG = re.compile(rf"<(?=[a-z/!])(?:/?(?:{BLOCK_TAGS}|{INLINE_TAGS}|{UNSEEN_TAGS})(?:[\s/][^<>]*)?>|!--)", re.IGNORECASE)
UNSEEN_TAG = re.compile(rf"<(?:{UNSEEN_TAGS})\b", re.IGNORECASE)
ANY_TAG = re.compile(r"<[^<>]*>")
ESCAPED_BLOCK = re.compile(r"\s*&lt;(?:p|pre|div|ul|ol|blockquote|h[1-6]|hr|table)\s*/?&gt;", re.IGNORECASE)

# The parser's time grows with the square of the nesting and of a tag's attributes: 100,000 nested tags take it 18 s,
# 10,000 take 0.2 s. Stack Exchange ends a post at 30,000 characters.
MAX_TAGS = 10_000
MAX_ATTRIBUTES = 20_000
LONG_TAG = re.compile(rf"(<\w+\s)[^<>]{{{MAX_ATTRIBUTES},}}")


class Document(NamedTuple):
    """What a body says: prose in one line, code with its own lines."""

    text: str
    code: str


def split_html(body: str) -> Document:
    """Text of the `<pre>` blocks, joined by newlines, and the rest as prose with its whitespace collapsed.

    Entities are decoded; scripts, styles and comments are dropped; inline `<code>` is prose. A body that was escaped
    twice is unescaped first; one without any tag of HTML is plain text, in which `List<String>` stays. Beyond 10,000
    tags there is no telling prose from code.
    """
    if "<" not in body and ESCAPED_BLOCK.match(body):
        body = unescape(body)
    if not TAG.search(body):
        return Document(collapse(unescape(body)), "")
    if body.count("<") > MAX_TAGS:
        return Document(collapse(unescape(ANY_TAG.sub(" ", body))), "")
    tree = LexborHTMLParser(LONG_TAG.sub(r"\1", body) if len(body) > MAX_ATTRIBUTES else body)
    if UNSEEN_TAG.search(body):
        tree.strip_tags(sorted(UNSEEN), recursive=True)
    return read_tree(tree.body)


def read_tree(root: LexborNode | None) -> Document:
    """Walk a tree. Blanks keep blocks apart; an inline element belongs to the word it stands in."""
    prose: list[str] = []
    code: list[str] = []
    nodes = [root]  # None stands for the end of a block, or of a document without a body
    while nodes:
        node = nodes.pop()
        if node is None:
            prose.append(" ")
            continue
        if (after := node.next) is not None:
            nodes.append(after)
        tag = node.tag
        if tag == "-text":
            prose.append(node.text_content or "")
        elif tag == "pre":
            code.append(read_code(node))
            prose.append(" ")
        else:
            if tag in BLOCKS:
                prose.append(" ")
                nodes.append(None)
            if (child := node.first_child) is not None:
                nodes.append(child)
    return Document(collapse("".join(prose)), "\n".join(filter(None, code)))


def read_code(block: LexborNode) -> str:
    """The lines of a code block, without empty ones at its ends."""
    pieces = []
    for node in block.traverse(include_text=True):
        if node.tag == "-text":
            pieces.append(node.text_content or "")
        elif node.tag == "br":
            pieces.append("\n")
    return "".join(pieces).strip("\n")


def collapse(text: str) -> str:
    """Turn each run of whitespace into one blank."""
    return " ".join(text.split())
