"""Makes any text storable as UTF-8."""


def repair_text(text: str) -> str:
    """Replace lone surrogates by "?" and drop NUL, which no later stage can store."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
