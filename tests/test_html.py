"""HTML to prose and code: hand-written cases, hostile bodies, and the same text as BeautifulSoup's."""

import gzip
import html
import json
import os
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.html import MAX_TAGS, split_html
from tests.reference import read_with_beautiful_soup

REAL_DATA = os.environ.get("TAGGER_REAL_DATA")

BODIES = [
    ("", "", ""),
    (" \n ", "", ""),
    ("<p>How do I sort?</p>\n\n<p>Thanks</p>\n", "How do I sort? Thanks", ""),
    ("<p>one</p><p>two</p>three", "one two three", ""),
    ("<p>one<br>two<hr/>three</p>", "one two three", ""),
    ("<div><p>one</p></div><b>two</b>", "one two", ""),
    ("<ul><li>one</li><li>two</li></ul>", "one two", ""),
    ("<table><tr><th>one</th><td>two</td></tr></table>", "one two", ""),
    ("<p>un<b>believ</b>able <code>List</code>s</p>", "unbelievable Lists", ""),
    ("<p>Call <code>f()</code>:</p><pre><code>f()\n  g()\n</code></pre><p>end</p>", "Call f(): end", "f()\n  g()"),
    ("<pre>a</pre>x<pre>\n\nb\n</pre><pre></pre>", "x", "a\nb"),
    ("<pre>a<br>b\r\nc</pre>", "", "a\nb\nc"),
    ("<pre>a<pre>b</pre></pre>", "", "ab"),
    ("<blockquote><pre>a &lt; b &amp;&amp; c</pre></blockquote>", "", "a < b && c"),
    ("<p>caf&eacute; &#x41;&#66; &lt;p&gt; a&nbsp;b</p>", "café AB <p> a b", ""),
    ("<p>one<script>var x;</script> <style>p {}</style><!-- no -->two</p>", "one two", ""),
    ("<p>never <b>closed", "never closed", ""),
    ("</p></div>stray", "stray", ""),
    ('<p><a href="x > y" title="<b>">link</a></p>', "link", ""),
    ("<frameset><frame></frameset><p>", "", ""),
]

PLAIN = [
    ("plain words", "plain words"),
    ("a < b, c > d &amp; I <3 you", "a < b, c > d & I <3 you"),
    ("a List<String> and x<y, 2 <b", "a List<String> and x<y, 2 <b"),
    ("AT&T &copy; 2024", "AT&T © 2024"),
]


@pytest.mark.parametrize(("body", "text", "code"), BODIES)
def test_prose_and_code_are_told_apart(body, text, code):
    assert split_html(body) == (text, code)


@pytest.mark.parametrize(("body", "text"), PLAIN)
def test_a_body_without_tags_is_plain_text(body, text):
    assert split_html(body) == (text, "")


@pytest.mark.parametrize(("body", "text", "code"), BODIES)
def test_a_body_that_was_escaped_twice_is_unescaped_first(body, text, code):
    if body.startswith(("<p>", "<pre>", "<div>", "<ul>", "<table>", "<blockquote>")):
        assert split_html(html.escape(body)) == (text, code)


@pytest.mark.parametrize("body", [body for body, _, _ in BODIES if "frame" not in body])
def test_hand_written_bodies_read_as_by_beautiful_soup(body):
    assert split_html(body) == read_with_beautiful_soup(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<div>" * 100_000 + "x", "x"),
        ("<div>" * 100_000 + "x" + "</div>" * 100_000, "x"),
        ("<div>" * (MAX_TAGS - 1) + "x", "x"),
        ("<pre>" * 100_000 + "x", "x"),
        ("<b><i>" * 50_000 + "x" + "</b></i>" * 50_000, "x"),
        (f"<p {' '.join(f'a{number}' for number in range(100_000))}>x</p>", "x"),
        ("<p>" + "word " * 200_000 + "</p>", ("word " * 200_000).strip()),
        ("<p>" + "&amp;" * 200_000, "&" * 200_000),
        ("<" * 1_000_000, "<" * 1_000_000),
        ("<!--" * 250_000, "<!--" * 250_000),
        ("<!--" * 1_000, ""),
        ("<p>a\0b\ud800c</p>", "abc"),
    ],
    ids=range(12),
)
def test_hostile_bodies_neither_crash_nor_stall(body, text):
    start = time.perf_counter()
    document = split_html(body)
    assert document.text == text
    assert time.perf_counter() - start < 5


def wrap(tag, pieces):
    return f"<{tag}>{''.join(pieces)}</{tag}>"


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), min_size=1, max_size=8).map(
    html.escape
)
leaves = st.one_of(
    words,
    st.sampled_from([" ", "\n", "<br>", "&eacute;", "&#945;", "&amp;lt;", "<!-- x -->", "<script>x</script>"]),
)
inline = st.builds(wrap, st.sampled_from(["b", "em", "code", "span", "kbd"]), st.lists(leaves, max_size=3))
phrases = st.lists(st.one_of(leaves, inline), max_size=4)
blocks = st.recursive(
    st.builds(wrap, st.sampled_from(["p", "h2", "pre"]), phrases) | st.just("<hr>"),
    lambda inner: st.builds(wrap, st.sampled_from(["div", "blockquote", "ul", "li"]), st.lists(inner, max_size=4)),
    max_leaves=8,
)


@given(st.lists(st.one_of(blocks, words), max_size=5).map("".join))
def test_made_up_html_reads_as_by_beautiful_soup(body):
    body = f"<p>first</p>{body}"
    assert split_html(body) == read_with_beautiful_soup(body)


@given(st.text(max_size=200))
def test_any_text_gives_prose_in_one_line(body):
    text = split_html(body).text
    assert text == " ".join(text.split())


@pytest.mark.skipif(not REAL_DATA, reason="TAGGER_REAL_DATA names no folder of real sets")
def test_real_bodies_read_as_by_beautiful_soup():
    with gzip.open(Path(REAL_DATA, "stackoverflow-2018/questions.jsonl.gz"), "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line in islice(lines, 0, None, 10)]
    assert len(bodies) > 3000
    assert [body for body in bodies if split_html(body) != read_with_beautiful_soup(body)] == []
