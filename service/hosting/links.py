"""Which releases a host has served last: the links `current` and `previous`."""

from pathlib import Path


def list_served(root: Path) -> list[str]:
    """What is served, or was last, then what was before it."""
    return [name for name in map(read_link, (root / "current", root / "previous")) if name]


def remember(root: Path, name: str) -> None:
    """A release is served from now on."""
    before = read_link(root / "current")
    if before and before != name:
        write_link(root / "previous", before)
    write_link(root / "current", name)


def read_link(path: Path) -> str | None:
    """The release that a link leads to."""
    return path.readlink().name if path.is_symlink() else None


def write_link(path: Path, name: str) -> None:
    """At no moment is there none."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / name)
    temporary.replace(path)
