"""The service, failing on a word, with an error that repeats what was asked: `python -m tests.service.broken`."""

from service import __main__
from service.routes import tags

WORD = "breakthemodel"
ask = tags.read_html


def read_html(question):
    if WORD in question.title:
        raise ValueError(f"{question.title} {question.body}")
    return ask(question)


if __name__ == "__main__":
    tags.read_html = read_html
    __main__.main()
