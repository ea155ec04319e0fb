"""Versions and stages of the model as git tags in GTO's form (https://github.com/iterative/gto): read and set.

`tagger@v3.0.0` names a version, `tagger#prod#5` puts the commit that it points at into a stage, `tagger#prod!#6` takes
it out. A tag's number is the next after the last of its stage that was seen when the rules were begun: of two who
promote at once the second one's tag is there already, and is refused.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ops.git import GitError, git

ARTIFACT = "tagger"
VERSION = re.compile(rf"{ARTIFACT}@v(\d+)\.\d+\.\d+")
STAGE = re.compile(rf"{ARTIFACT}#(?P<stage>\w+)(?P<out>!?)#(?P<number>\d+)")
STAGES = ("staging", "prod")
ROLLED_BACK = "Roll back "
LISTED = "%(refname:strip=2)\t%(*objectname)\t%(taggerdate:unix)\t%(subject)"
TAKEN = ("rejected", "already exists", "cannot lock ref")


@dataclass(frozen=True)
class Assignment:
    """A tag that puts a commit into a stage, or takes it out; `back`: it went back to an earlier one."""

    number: int
    commit: str
    out: bool
    back: bool


@dataclass
class History:
    """`versions`: the name of each commit that has one; `stages`: the assignments of each, in order."""

    versions: dict[str, str] = field(default_factory=dict)
    stages: dict[str, list[Assignment]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=lambda: [0])
    latest: int = 0

    def held(self, stage: str) -> list[str]:
        """The commits that a stage held, the present one last; those that were gone back from are left out."""
        commits: list[str] = []
        for entry in self.stages.get(stage, []):
            if entry.out:
                commits = [commit for commit in commits if commit != entry.commit]
            elif entry.back and entry.commit in commits:
                commits = commits[: len(commits) - commits[::-1].index(entry.commit)]
            else:
                commits.append(entry.commit)
        return commits

    def holder(self, stage: str) -> str | None:
        """The commit that is in a stage."""
        return next(reversed(self.held(stage)), None)

    def next_tag(self, stage: str) -> str:
        """The tag that puts the next one into a stage."""
        return f"{ARTIFACT}#{stage}#{max((entry.number for entry in self.stages.get(stage, [])), default=0) + 1}"

    def name(self, commit: str) -> str:
        """The version of a commit; of one that has none, the next."""
        return self.versions.get(commit) or f"{ARTIFACT}@v{max(self.numbers) + 1}.0.0"


def read_history(remote: str | None) -> History:
    """All versions and stages, of the remote, too. Raises GitError."""
    if remote:
        patterns = [f"refs/tags/{ARTIFACT}{mark}*" for mark in "@#"]
        git("fetch", "--quiet", "--no-tags", remote, *(f"+{pattern}:{pattern}" for pattern in patterns))
    history = History()
    for line in git("for-each-ref", f"--format={LISTED}", "refs/tags/").splitlines():
        name, commit, moment, subject = line.split("\t", 3)
        if commit:  # as GTO does, those without a message are passed over
            add_tag(history, name, commit, int(moment), subject)
    for entries in history.stages.values():
        entries.sort(key=lambda entry: entry.number)
    return history


def add_tag(history: History, name: str, commit: str, moment: int, subject: str) -> None:
    """Take a tag into the history where it is GTO's, of this model."""
    version, stage = VERSION.fullmatch(name), STAGE.fullmatch(name)
    if version:
        history.numbers.append(int(version[1]))
        history.versions[commit] = name
    if stage:
        entry = Assignment(int(stage["number"]), commit, bool(stage["out"]), subject.startswith(ROLLED_BACK))
        history.stages.setdefault(stage["stage"], []).append(entry)
    if version or stage:
        history.latest = max(history.latest, moment)


@dataclass(frozen=True)
class NewTag:
    """A tag to set, with its message."""

    name: str
    commit: str
    message: str


def set_tags(tags: Sequence[NewTag], remote: str | None, latest: int) -> None:
    """Set all or none; on the remote, where there is one, and here. Raises GitError, also where one is there already.

    GTO orders by the clock, so theirs is later than `latest`, the time of the last one.
    """
    moment = max(int(time.time()), latest + 1)
    made = [(f"refs/tags/{tag.name}", make_object(tag, moment)) for tag in tags]
    try:
        if remote:
            git("push", "--quiet", "--atomic", remote, *(f"{object_}:{name}" for name, object_ in made))
        orders = "".join(f"{'update' if remote else 'create'} {name} {object_}\n" for name, object_ in made)
        git("update-ref", "--stdin", given=orders)
    except GitError as error:
        if any(word in str(error) for word in TAKEN):
            raise GitError(
                f"{tags[-1].name} was set by someone else meanwhile, nothing is changed: run it again, so that the "
                "rules are asked against what is there now"
            ) from error
        raise


def make_object(tag: NewTag, moment: int) -> str:
    """An annotated tag that no name points at yet; its digest."""
    who = git("var", "GIT_COMMITTER_IDENT").rsplit(" ", 2)[0]
    head = f"object {tag.commit}\ntype commit\ntag {tag.name}\ntagger {who} {moment} +0000\n"
    return git("mktag", given=f"{head}\n{tag.message.strip()}\n")


def find_remote(wanted: str | None) -> str | None:
    """The remote of that name, None where there is none."""
    return wanted if wanted in git("remote").splitlines() else None


def shorten(commit: str) -> str:
    return commit[:7]


def plan_tags(history: History, stage: str, commit: str, messages: tuple[str, str]) -> Iterator[NewTag]:
    """The tag of the version, where the commit has none, and that of the stage; `messages` in that order."""
    if commit not in history.versions:
        yield NewTag(history.name(commit), commit, messages[0])
    yield NewTag(history.next_tag(stage), commit, messages[1])
