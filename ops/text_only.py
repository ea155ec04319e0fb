"""A report without its pictures: `python -m ops.text_only FILE`, for places that cannot show files of the runner."""

import re
import sys
from pathlib import Path

PICTURE = re.compile(r"^!\[(?P<title>[^\]\n]*)\]\((?!https?://)[^)\n]*\)$", re.MULTILINE)
NOTE = "(a picture, which cannot be shown here)"


def main() -> None:
    print(drop_pictures(Path(sys.argv[1]).read_text(encoding="utf-8")), end="")


def drop_pictures(page: str) -> str:
    """The page with a note in place of each picture that lies beside it."""
    return PICTURE.sub(NOTE, page)


if __name__ == "__main__":
    main()
