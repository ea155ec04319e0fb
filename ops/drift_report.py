"""Write the page of all followed months and open it: `make drift-report` or `python -m ops.drift_report`.

It needs metrics/ alone; `python -m ops.pages` adds Evidently's pages where data and model are.
"""

import os
import sys
import webbrowser

from ops.pages import write_index


def main() -> None:
    path = write_index()
    print(path)
    if has_screen():
        webbrowser.open(path.resolve().as_uri())


def has_screen() -> bool:
    """Whether a browser has somewhere to open; without, one for terminals would take this one."""
    return sys.platform != "linux" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))


if __name__ == "__main__":
    main()
