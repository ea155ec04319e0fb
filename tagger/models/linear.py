"""Logistic regression for all tags in one pass over the rows."""

from tagger import one_pass


class Params(one_pass.Params):
    """Section `models.linear`."""


class Model(one_pass.Model):
    """See tagger.one_pass, where blend finds it too."""
