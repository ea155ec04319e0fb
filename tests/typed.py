"""Questions as they are typed, of all kinds, for what must not depend on how they are read."""

import numpy as np

PIECES = """select join table template pointer compile jvm spring class numpy list indent how to
c++ C# asp.net-mvc node.js don't user’s UITableView snake_case .htaccess ﬁle ＳＱＬ 日本語 naïve ß python-3.x
ruby-on-rails select, (join) [list] numpy! x=1 a.b.c -- ... \x1f \u2003 \x00 \ud800"""
ODD = {
    "empty": ("", ""),
    "title alone": ("How do I join two tables in SQL?", ""),
    "blanks": (" \t ", "<p> &nbsp; </p>"),
    "code alone": ("", "<pre><code>for (int i = 0; i &lt; n; i++) { cout &lt;&lt; i; }</code></pre>"),
    "plain text": ("List<String> in Java", "a List<String> of class, and a < b"),
    "no Latin letter": ("日本語の質問", "<p>日本語のテキスト、ﾃﾞｰﾀ</p>"),
    "other planes": ("𝒩umpy 😀", "<p>😀 numpy\U0001f1e9</p>"),
    "half a pair and NUL": ("join \ud800 \0", "<p>table \udfff\0</p>"),
    "a long word": ("a" * 5000, f"<p>{'x.y' * 5000} join</p>"),
    "many words": ("word " * 300, "<p>" + " ".join(f"word{number} numpy list" for number in range(20_000)) + "</p>"),
    "many tags": ("join", "<b>numpy</b> " * 12_000),
    "stop words": ("how to do this", "<p>I am the one that is not there</p>"),
}


def type_questions(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """The odd ones, and some put together at random."""
    rng = np.random.default_rng(seed)

    def say(most: int) -> str:
        return " ".join(rng.choice(PIECES.split(), rng.integers(0, most)))

    typed = [(say(12), f"<p>{say(80)}</p><pre><code>{say(60)}</code></pre><p>{say(9)}</p>") for _ in range(count)]
    return [*ODD.values(), *typed]
