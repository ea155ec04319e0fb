"""Text to tokens: names of technologies, stop words, stems and lemmas; and whole questions."""

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.cleaning import Cleaned, clean_question
from tagger.errors import TaggerError
from tagger.text import CleanParams, load_tokens, normalize, read_english, tokenize_code, tokenize_prose

ENGLISH = CleanParams()
EVERY_WORD = CleanParams(stop_words="none")
NAMES = (
    "c++ c# f# .net asp.net node.js objective-c python-3.x c r d m c++11 vb.net .net-core .htaccess g++ asp.net-mvc-4 "
    "c++-cli c++builder socket.io xcode9.3"
)


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize(
    "sentence", ["{}", "About {}.", "({}, or)", "I use {}!", "Is it {}?", '"{}":', "{}'s list", "{}..."]
)
@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_names_stay_whole_wherever_they_stand(name, sentence, written):
    assert name in tokenize_prose(sentence.format(written(name)), ENGLISH).split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        ("How do I sort a list in Python 3?", "sort list python 3"),
        ("I don't know the user's or users’ names, can't and won’t", "know user users names"),
        ("I'd say I'm new to D and M", "say new d m"),
        ("The .NET framework... and then", ".net net framework"),
        ("end of sentence.Next one", "end sentence.next sentence next one"),
        ("asp.net-mvc", "asp.net-mvc asp net mvc"),
        ("objective-c and c++", "objective-c objective c++"),
        ("my UITableView in iOS", "uitableview ui table view ios os"),
        ("parseHTMLFile snake_case x86_64", "parsehtmlfile parse html file snake_case snake case x86_64"),
        ("python3 vs Python", "python3 python vs python"),
        ("tcp/ip, a--b; e-mail", "tcp ip b e-mail mail"),
        ("ÉTÉ naïve 数据 ß", "été naïve 数据 ß"),
        ("1,000.50 is 3.5", "1 000.50 3.5"),
    ],
)
def test_prose_becomes_lower_case_words_and_their_parts(text, tokens):
    assert tokenize_prose(text, ENGLISH) == tokens


def test_stop_words_stay_where_none_are_chosen():
    assert tokenize_prose("How do I sort this?", EVERY_WORD) == "how do i sort this"


@pytest.mark.parametrize(
    ("code", "tokens"),
    [
        ("", ""),
        ("x <- c(1, 2)", "x <- c ( , )"),
        ("$.getJSON(url);", "$. getjson get json ( url );"),
        ("const f = async () => {}", "const f = async () => {}"),
        ("#include <stdio.h>\nint main_loop;", "# include < stdio . h > int main_loop main loop ;"),
        ("if this and not that", "if this and not that"),
        ("0x1F 42 a1", "x1f a1"),
    ],
)
def test_code_becomes_identifiers_and_punctuation(code, tokens):
    assert tokenize_code(code) == tokens


@pytest.mark.parametrize(
    ("morphology", "text", "tokens"),
    [
        ("none", "running queries", "running queries"),
        ("stem", "running queries in C++ and node.js", "run queri c++ node.js node js"),
        ("stem", "UITableViews", "uitableview ui tabl view"),
        ("lemmatize", "queries of classes in css, ios and c++", "query class css ios c++"),
    ],
)
def test_morphology_leaves_names_with_signs_alone(morphology, text, tokens):
    assert tokenize_prose(text, CleanParams(morphology=morphology)) == tokens


@given(st.text())
def test_tokens_hold_no_blank_and_are_joined_by_one(text):
    for tokens in (tokenize_prose(text, EVERY_WORD), tokenize_code(text)):
        assert tokens == " ".join(tokens.split())


@given(st.text())
def test_tokens_of_tokens_are_their_own(text):
    words = [word for word in tokenize_prose(text, ENGLISH).split() if word.isascii() and word.isalpha()]
    assert tokenize_prose(" ".join(words), ENGLISH).split() == words


def test_normalising_unites_what_looks_the_same():
    assert normalize("Ｃ＃ ﬁle 𝑥 cafe\u0301") == "C# file x café"


def test_a_full_cache_changes_nothing(monkeypatch):
    monkeypatch.setattr("tagger.text.CACHED_WORDS", 2)
    load_tokens.cache_clear()
    assert tokenize_prose("red green blue red green blue", ENGLISH) == "red green blue red green blue"
    assert len(load_tokens("english", "none")) <= 2


def test_missing_data_of_nltk_names_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.delenv("NLTK_DATA", raising=False)
    with pytest.raises(
        TaggerError, match=r"corpora/stopwords/english: run `make setup`, or set clean.stop_words: none"
    ):
        read_english()


def test_missing_wordnet_names_the_remedy(tmp_path):
    code = "from tagger.text import load_lemmatizer; import sys; sys.prefix = sys.argv[1]; load_lemmatizer()"
    environ = os.environ | {"NLTK_DATA": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environ, capture_output=True, text=True)
    assert f"WordNet is not in {tmp_path}/nltk_data: run `make setup`, or set clean.morphology: none" in done.stderr


def test_cleaning_imports_neither_nltk_nor_sklearn():
    code = "import sys, tagger.cleaning as c; c.clean_question('a', '<p>b</p>', c.CleanParams()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"nltk", "sklearn"} & set(done.stdout.split())


def test_a_question_becomes_texts_and_tokens():
    body = "<p>I use <code>Node.js</code>&nbsp;１０:</p>\n<pre><code>const a = () => 1;\n</code></pre>"
    assert clean_question("  Why is\tC# &lt; F#? ", body, ENGLISH) == Cleaned(
        title="Why is C# &lt; F#?",
        text="I use Node.js 10:",
        code="const a = () => 1;",
        title_tokens="c# lt f#",
        text_tokens="use node.js node js 10",
        code_tokens="const a = () => ;",
    )


@pytest.mark.parametrize(
    "text", ["", "\0", "a\ud800b", "\x1c\x85\u2028", "&lt;p&gt;x", "x" * 1_000_000, "\u0301" * 1000]
)
def test_a_question_of_any_text_is_cleaned(text):
    for column in clean_question(text, text, ENGLISH):
        assert "\0" not in column.encode().decode()


def test_one_question_takes_less_than_a_millisecond():
    body = "<p>How do I sort a list of dicts by a value?</p><pre><code>sorted(rows, key=len)\n</code></pre>" * 5
    clean_question("warm", body, ENGLISH)
    start = time.perf_counter()
    for _ in range(100):
        clean_question("How do I sort?", body, ENGLISH)
    assert time.perf_counter() - start < 0.1
