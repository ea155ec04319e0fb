import pytest

from tagger.errors import ParamsError
from tagger.params import Section, choose_module, list_choices, parse_section


class Inner(Section):
    low: int = 1


class Outer(Section):
    share: float
    name: str | None = None
    inner: Inner = Inner()


def test_values_are_typed_and_frozen():
    section = parse_section(Outer, {"share": 1, "inner": {"low": 3}}, "outer")
    assert (section.share, section.inner.low) == (1.0, 3)
    with pytest.raises(ValueError, match="frozen"):
        section.share = 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share": 1, "shape": 2}, "params.yaml: outer.shape is unknown; outer takes inner, name, share"),
        ({"share": 1, "inner": {"hight": 2}}, "params.yaml: outer.inner.hight is unknown; outer.inner takes low"),
        ({}, "params.yaml: outer.share is missing; give it a value"),
        ({"share": "many"}, "params.yaml: outer.share is 'many', it should be a valid number"),
    ],
)
def test_a_slip_is_told_in_one_line_with_name_value_and_remedy(values, message):
    with pytest.raises(ParamsError) as error:
        parse_section(Outer, values, "outer")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_an_unknown_model_is_refused_with_the_choices():
    with pytest.raises(
        ParamsError,
        match="model is 'brt'; choose one of bert, bilstm, blend, cnn",
    ):
        choose_module("tagger.models", "brt", "model")
    assert "base" not in list_choices("tagger.sources")
