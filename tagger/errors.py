"""The errors that a person can mend: one line each, naming the value and the remedy."""


class TaggerError(Exception):
    """Base of all. `exit_code` is what a stage ends with."""

    exit_code = 1


class ParamsError(TaggerError):
    """A parameter is unknown or its value is not allowed."""


class SourceError(TaggerError):
    """Questions cannot be read from where they come from."""


class QuotaError(SourceError):
    """The source gives no more today; what came is kept and a later run goes on from there."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h: try again later


class DataError(TaggerError):
    """The questions break a rule, or are too few for what was asked."""


class ModelError(TaggerError):
    """A model cannot be trained, or its files are not what was saved."""


class CostError(ModelError):
    """A training would take longer than was allowed."""


class TrackingError(TaggerError):
    """A tracking store does not take what it is told; what was trained is saved all the same."""
