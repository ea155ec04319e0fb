"""Votes for the tests: what a service exports."""

import pandas as pd

from tagger.tables import RAW

START = pd.Timestamp("2025-01-05 12:00", tz="UTC")
VERBS = ("inject", "start", "test", "configure", "deploy", "profile")
THINGS = ("bean", "resource", "native image", "config property", "dev mode", "panache entity", "health check")


def make_vote(caller="ann", text="how to join", tags=("sql",), minute=0, **others):
    """One vote: tags for a body of so many minutes after the start; `tags` None and a rating: no correction."""
    moment = START + pd.Timedelta(minutes=minute)
    return {
        "caller": caller,
        "prediction_id": f"p{minute}",
        "asked": moment - pd.Timedelta(minutes=1),
        "corrected": moment,
        "title": "",
        "body": f"<p>{text}</p>",
        "suggested": ["java"],
        "tags": None if tags is None else list(tags),
        "rating": None,
        "model": "abc",
    } | others


def make_frame(*votes):
    return pd.DataFrame(list(votes))


def ask_about_quarkus(number):
    """The title and the body of a question that the sample does not have, about a topic that it does not know."""
    verb, thing = VERBS[number % len(VERBS)], THINGS[number % len(THINGS)]
    body = f"<p>My Quarkus application, number {number}, does not {verb} its {thing}.</p><pre>mvn quarkus:{verb}</pre>"
    return f"How do I {verb} a {thing} in Quarkus?", body


def teach_quarkus(count, callers):
    """Corrections that bring up a tag."""
    asked = [ask_about_quarkus(number) for number in range(count)]
    return make_frame(
        *(
            make_vote(f"caller {row % callers}", tags=("java", "quarkus"), minute=row, title=title, body=body)
            for row, (title, body) in enumerate(asked)
        )
    )


def vote_on(questions, turn, callers):
    """Corrections of questions (columns of tables.RAW), their tags turned into others, their titles marked as new."""
    assert set(RAW.names) <= set(questions)
    return make_frame(
        *(
            make_vote(
                f"caller {row % callers}",
                tags=[turn.get(tag, tag) for tag in question.tags],
                minute=row,
                title=f"{question.title} again {row}",
                body=question.body,
            )
            for row, question in enumerate(questions.itertuples())
        )
    )
