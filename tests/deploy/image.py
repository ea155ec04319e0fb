"""deploy/Dockerfile without an engine: its steps run in clean roots of their own, and what it makes is started there.

A root has the system's programs and Python, read-only, where the base image has them, and nothing of any environment.
Of a Dockerfile this knows what ours uses; another instruction or option is an error.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.imports import ROOT

DOCKERFILE = ROOT / "deploy/Dockerfile"
# In a mount namespace of its own: $1 is the root, $2 what stays writable in it ("all" or folders), the rest a program.
ENTER = """
set -e
root=$1 writable=$2
shift 2
mount --bind "$root" "$root"
mount --rbind /usr "$root/usr" && mount -o remount,ro,bind "$root/usr"
mount --bind "$PYTHON_PREFIX" "$root/usr/local" && mount -t tmpfs tmpfs "$root/usr/local/lib/python3.11/site-packages"
mount -t tmpfs tmpfs "$root/dev" && mkdir "$root/dev/shm"
for device in null zero urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -t tmpfs tmpfs "$root/dev/shm" && chmod 1777 "$root/dev/shm"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp" && chmod 1777 "$root/tmp"
if [ -d "$root/cache" ]; then
  mount --bind "$CACHE" "$root/cache" && touch "$root/opt/uv" && mount --bind "$UV" "$root/opt/uv"
  mkdir -p "$root/wheels"; if [ -d "$WHEELS" ]; then mount --bind "$WHEELS" "$root/wheels"; fi
fi
if [ "$writable" != all ]; then
  for folder in $writable; do mount --bind "$root$folder" "$root$folder"; done
  mount -o remount,ro,bind "$root"
fi
exec "$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)" "$root" "$@"
"""


@dataclass
class Stage:
    """A root, and what its instructions have set for it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("usr", "etc", "dev", "proc", "tmp", "opt"):
            (self.root / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self.root / name).symlink_to(f"usr/{name}")
        shutil.copy("/etc/ld.so.conf", self.root / "etc")
        shutil.copytree("/etc/ld.so.conf.d", self.root / "etc/ld.so.conf.d")
        (self.root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        self.enter("all", ["/sbin/ldconfig"])

    def enter(self, writable: str, command: list[str], **environment: str) -> str:
        """Run a program in the root to its end; what it says."""
        done = self.start(writable, command, **environment)
        said, _ = done.communicate(timeout=300)
        assert done.returncode == 0, said
        return said

    def start(self, writable: str, command: list[str], **environment: str) -> subprocess.Popen:
        given = {
            "PATH": os.environ["PATH"],
            "PYTHON_PREFIX": sys.base_prefix,
            "CACHE": os.environ.get("UV_CACHE_DIR", str(ROOT / ".cache/uv")),
            "UV": str(shutil.which("uv")),
            "WHEELS": os.environ.get("PIP_FIND_LINKS", ""),
        }
        own = [f"{name}={value}" for name, value in (self.environment | environment).items()]
        user, _, group = self.user.partition(":")
        lowered = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        lowered += ["--no-new-privs", "--bounding-set=-all"] if user != "0" else []
        inside = ["/usr/bin/env", "-i", *own, *lowered, "/usr/bin/env", f"--chdir={self.folder}", *command]
        return subprocess.Popen(
            ["unshare", "--mount", "bash", "-c", ENTER, "bash", self.root, writable, *inside],
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: list[str]) -> None:
        """RUN. uv is placed, not installed, and takes from its cache: no registry is asked."""
        if command[:2] == ["pip", "install"]:
            [wanted] = [word for word in command if word.startswith("uv==")]
            found = subprocess.run(["uv", "--version"], capture_output=True, text=True, check=True).stdout
            assert found.split()[1] == wanted.removeprefix("uv==")
            (self.root / "cache").mkdir()
            return
        own = {"UV": "/opt/uv", "UV_CACHE_DIR": "/cache", "UV_OFFLINE": "1", "PIP_FIND_LINKS": "/wheels"}
        self.enter("all", command, **own | {name: value for name, value in self.arguments.items() if value})

    def copy(self, source: Path, names: list[str], owner: str | None) -> None:
        """COPY of names below a folder to the last of them, as Docker does: of a folder its content."""
        target = self.root / os.path.join(self.folder, names[-1]).lstrip("/")  # noqa: PTH118
        found = [path for name in names[:-1] for path in sorted(source.glob(name.lstrip("/")))]
        assert len(found) >= len(names) - 1, f"{names} are not all in {source}"
        for path in found:
            if path.is_dir():
                shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True)
            else:
                into = target / path.name if names[-1].endswith("/") else target
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into)
        if owner:
            for path in (target, *target.rglob("*")):
                os.chown(path, *map(int, owner.split(":")))


def read_instructions(path: Path) -> list[tuple[str, str]]:
    """(name, rest) of each, lines joined."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


def make_context(folder: Path, extra: dict[str, Path]) -> Path:
    """What Docker would be sent: the files that the ignore file lets through, and `extra` by their places."""
    rules = [
        line for line in DOCKERFILE.with_suffix(".dockerignore").read_text().splitlines() if line[:1] not in ("", "#")
    ]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    untracked = ["git", "ls-files", "--others", "--exclude-standard"]
    listed += subprocess.run(untracked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in listed:
        if (ROOT / name).is_file() and is_sent(name, rules):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name, source in extra.items():
        assert is_sent(f"{name}/model.json", rules)
        shutil.copytree(source, folder / name)
    return folder


def is_sent(name: str, rules: list[str]) -> bool:
    """The last rule that matches decides."""
    sent = True
    for rule in rules:
        pattern = rule.lstrip("!").replace("**/", "*")
        if pattern == "*" or fnmatch(name, pattern) or fnmatch(name, f"{pattern}/*"):
            sent = rule.startswith("!")
    return sent


def build(folder: Path, context: Path, **given: str) -> Stage:
    """Take every instruction; the last stage."""
    outside: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for name, rest in read_instructions(DOCKERFILE):
        if name == "ARG":
            key, _, default = rest.partition("=")
            (stage.arguments if stage else outside)[key] = given.get(key, default.strip('"'))
        elif name == "FROM":
            base, _, label = rest.partition(" AS ")
            assert base == "${BASE}"
            assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", outside["BASE"])
            stage = stages[label] = Stage(folder / f"stage-{len(stages)}")
        else:
            assert stage, f"{name} before FROM"
            take(stage, name, rest, stages, context)
    assert stage
    return stage


def take(stage: Stage, name: str, rest: str, stages: dict[str, Stage], context: Path) -> None:
    """One instruction of a stage."""
    rest = re.sub(r"\$\{(\w+)\}", lambda match: stage.arguments[match[1]], rest)
    if name == "RUN":
        stage.run(json.loads(rest))
    elif name == "COPY":
        options = dict(re.findall(r"--(\w+)=(\S+)", rest))
        words = re.sub(r"--\w+=\S+", "", rest).split()
        stage.copy(stages[options["from"]].root if "from" in options else context, words, options.get("chown"))
    elif name == "ENV":
        stage.environment |= dict(pair.split("=", 1) for pair in rest.split())
    elif name == "WORKDIR":
        stage.folder = rest
        (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif name == "HEALTHCHECK":
        stage.health = json.loads(rest.partition(" CMD ")[2])
    else:
        values = {"USER": ("user", rest), "CMD": ("command", rest), "VOLUME": ("volumes", rest)}
        if name in values:
            setattr(stage, values[name][0], json.loads(rest) if rest.startswith("[") else rest)
        else:
            assert name in {"EXPOSE", "STOPSIGNAL"}, f"{name} is not known here"
