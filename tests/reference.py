"""BeautifulSoup's reading of a body, which the fast one is compared with."""

from bs4 import BeautifulSoup

from tagger.html import BLOCKS, UNSEEN, Document, collapse


def read_with_beautiful_soup(body: str) -> Document:
    """The same rules as `split_html`, by edits of the tree."""
    soup = BeautifulSoup(body, "lxml")
    for unseen in soup(list(UNSEEN)):
        unseen.decompose()
    code = []
    for block in [block for block in soup("pre") if not block.find_parent("pre")]:
        for line_break in block("br"):
            line_break.replace_with("\n")
        code.append(block.get_text().strip("\n"))
        block.replace_with(" ")
    for block in soup(list(BLOCKS)):
        block.insert_before(" ")
        block.insert_after(" ")
    return Document(collapse(soup.get_text()), "\n".join(filter(None, code)))
