"""Month after month: what differs from the reference, and what of it is news.

A change stays: every month after it differs from the reference, too. So each month that brought news is kept as a
state, together with the months like it, and what a later month shows is news only where it fits no state. A tag is
news once; afterwards it is compared with what it has been since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tagger.drift.comparisons import compare_tags, find_nothing, list_comparisons
from tagger.drift.evidence import adjust, find_significant
from tagger.drift.params import DriftParams
from tagger.drift.tags import find_renames
from tagger.drift.views import View

# Comparisons of what depends on a model and its reference.
BOUND = ("unknown", "scores", "quality")
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Seen:
    """Of a month the evidence against the reference, all of it, what is significant, and what of that is news; the
    `renamed` tags, new name to old; `like`: the month that brought the state it is in, None for the reference."""

    tables: Tables
    significant: Tables
    news: Tables
    renamed: Mapping[str, str]
    like: str | None


@dataclass
class Watch:
    """Remembers the states. `level` of one comparison in one month is `drift.level`, shared among all months and all
    comparisons that can find something (Bonferroni)."""

    reference: View
    params: DriftParams
    tags: Sequence[str]
    states: list[View] = field(default_factory=list)
    changed: dict[str, View] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.comparisons = list_comparisons(self.params, self.tags)
        self.monthly = self.params.level / self.params.months
        self.level = self.monthly / sum(compare is not find_nothing for compare, _ in self.comparisons.values())

    def inherit(self, other: "Watch") -> None:
        """Know what a watch of an earlier model knows; it is no news again because the reference has grown."""
        self.states = [state.forget_model() for state in other.states]
        self.changed = {tag: view.forget_model() for tag, view in other.changed.items()}

    def look(self, month: View) -> Seen:
        """Compare a month, and remember it where it brings news."""
        tables, significant = {}, {}
        for name, (compare, least) in self.comparisons.items():
            tables[name] = adjust(compare(self.reference, month), self.level)
            significant[name] = find_significant(tables[name], self.level, least)
        shown = [name for name, rows in significant.items() if len(rows) and name != "tags"]
        fits = self.find_fits(shown, month)
        explained = set().union(*fits)
        news = {
            name: rows.iloc[:0] if name in explained else self.find_newest(name, rows, month)
            for name, rows in significant.items()
            if name != "tags"
        }
        news["tags"] = self.find_tags(significant["tags"], month)
        renamed = self.find_renames(news["tags"], month)
        return Seen(tables, significant, news, renamed, self.remember(month, fits, any(map(len, news.values()))))

    def find_fits(self, shown: Sequence[str], month: View) -> list[set[str]]:
        """For each state, of the comparisons those in which the month does not differ from it; from the latest state
        on, until one fits in all."""
        fits: list[set[str]] = [set() for _ in self.states]
        for place in reversed(range(len(self.states))):
            fits[place] = {name for name in shown if self.is_like(name, self.states[place], month)}
            if len(fits[place]) == len(shown):
                break
        return fits

    def is_like(self, name: str, state: View, month: View) -> bool:
        """Whether nothing significant tells a month from a state in one comparison."""
        compare, least = self.comparisons[name]
        table = compare(state, month)
        if name in BOUND and state.is_forgotten:
            return False
        return not len(find_significant(adjust(table, self.monthly), self.monthly, least))

    def find_newest(self, name: str, rows: pd.DataFrame, month: View) -> pd.DataFrame:
        """Of what is significant that which was not so in the state before; all where that leaves none."""
        if rows.empty or not self.states:
            return rows
        compare, _ = self.comparisons[name]
        table = compare(self.states[-1], month)
        newest = rows[rows["name"].isin(table.loc[table["p"] <= self.monthly, "name"])]
        return rows if newest.empty else newest

    def remember(self, month: View, fits: Sequence[set[str]], is_news: bool) -> str | None:
        """Put the month where it belongs; returns the month that brought its state."""
        if is_news:
            self.states.append(month)
            return month.months[0]
        best = max(range(len(fits)), key=lambda place: (len(fits[place]), place), default=None)
        if best is None or not fits[best]:
            return None
        self.states[best] += month
        return self.states[best].months[0]

    def find_tags(self, significant: pd.DataFrame, month: View) -> pd.DataFrame:
        """The tags that are news: not known to have changed, or changed again since."""
        news = [tag not in self.changed or self.has_changed_again(tag, month) for tag in significant["name"]]
        for tag, is_news in zip(significant["name"], news, strict=True):
            self.changed[tag] = month if is_news else self.changed[tag] + month
        return significant[np.array(news, dtype=bool)]

    def find_renames(self, news: pd.DataFrame, month: View) -> dict[str, str]:
        """Old names of new tags; that the old one goes is then no news of its own."""
        renamed = find_renames(self.reference, month, news.loc[news["before"] == 0, "name"].tolist())
        self.changed |= {old: month for old in renamed.values() if old not in self.changed}
        return renamed

    def has_changed_again(self, tag: str, month: View) -> bool:
        """Whether a tag's share is another than since it changed."""
        table = compare_tags(self.changed[tag], month)
        (row,) = table[table["name"] == tag].to_dict("records") or [{"p": 1.0, "share": 0.0}]
        return bool(row["p"] <= self.level and row["share"] >= self.params.min_tag_share)
