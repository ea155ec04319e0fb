"""Pictures that lie beside a report go, others stay."""

import pytest

from ops.text_only import NOTE, drop_pictures


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("a\n\n![Months](months.png)\n\nb", f"a\n\n{NOTE}\n\nb"),
        ("![Months](https://example.org/months.png)", "![Months](https://example.org/months.png)"),
        ("a `![x](y)` b", "a `![x](y)` b"),
        ("no picture\n", "no picture\n"),
    ],
)
def test_pictures_beside_the_page_are_dropped(page, text):
    assert drop_pictures(page) == text
