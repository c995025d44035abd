"""What a measurer is told: by shape, and whether a reason helps."""

from itertools import product

import pytest

from app.core.i18n import LANGS, text
from app.orders.measurements.outlines import Impossible, figure_of
from app.orders.measurements.plausibility import (
    CORNERS,
    SIZE_FIELDS,
    Objection,
    Rule,
    Shape,
    Sizes,
    Weight,
    find_objections,
    sizes_in,
)
from app.orders.measurements.wording import text_of

pytestmark = pytest.mark.covers("M4")

GOOD = {
    Shape.RECTANGLE: (1400, 1400, 1400, 1300, 1300, 1300, 1910, 1910),
    Shape.TRAPEZIUM: (1400, 1400, 1400, 1000, 1300, 1600, 1720, 2126),
    Shape.TRIANGLE: (0, 700, 1400, 1000, 500, 0, 0, 0),
    Shape.ARCH: (0, 1400, 1400, 900, 1500, 900, 0, 0),
    Shape.POLYGON: (0, 1400, 1400, 1000, 1700, 1000, 0, 0),
}
HELPS = {"ru": "укажите причину", "en": "give a reason"}


def measured(shape, **changes):
    return sizes_in(dict(zip(SIZE_FIELDS, GOOD[shape], strict=True)) | changes)


def in_words(objection, shape, lang):
    apart = {"size": "B1", "was_mm": 1_400, "now_mm": 1_450}  # of the differences from another measurement
    params = {"found_mm": objection.found_mm, "allowed_mm": objection.allowed_mm} | apart
    return text(lang, "errors", text_of(objection, shape), **params)


@pytest.mark.parametrize(("shape", "field"), [*product(Shape, SIZE_FIELDS[:6])])
def test_a_size_of_nothing_is_refused_where_the_shape_has_no_corner(shape, field):
    found = find_objections(measured(shape, **{field: 0}), None, shape)
    refused = [one.field for one in found if one.weight is Weight.REFUSED]

    assert refused == ([] if field in CORNERS[shape] else [field])


@pytest.mark.parametrize("shape", [Shape.RECTANGLE, Shape.TRAPEZIUM])
def test_what_has_four_corners_has_no_size_of_nothing(shape):
    assert CORNERS[shape] == frozenset()


MISTAKES = [
    ({"width_middle_mm": 0}, "size_nothing"),
    ({"width_middle_mm": -5}, "size_nothing"),
    ({"height_middle_mm": 30_001}, "size_too_large"),
    ({"height_middle_mm": 9_500}, "size_limits"),
    ({"width_middle_mm": 1_600}, {"trapezium": "width_spread_sloped", "arch": "width_spread_arch"}),
    ({"height_left_mm": 700}, {"trapezium": "height_spread_sloped", "arch": "height_spread_arch"}),
    ({"diagonal_1_mm": 0}, {"rectangle": "diagonal_missing", "trapezium": "diagonal_missing"}),
    ({"diagonal_1_mm": 1_850}, {"rectangle": "diagonal_difference", "trapezium": "diagonal_of_trapezium"}),
    ({"diagonal_1_mm": 9_000}, "diagonal_impossible"),
]


@pytest.mark.parametrize(("shape", "mistake"), [*product(Shape, MISTAKES)])
def test_each_mistake_is_told_in_words_of_its_shape_and_says_whether_a_reason_helps(shape, mistake):
    changes, expected = mistake

    found = find_objections(measured(shape, **changes), None, shape)

    key = expected if isinstance(expected, str) else expected.get(str(shape))
    if key is not None:
        assert key in [text_of(one, shape) for one in found]
    for objection, lang in product(found, LANGS):
        words = in_words(objection, shape, lang)
        if objection.weight is Weight.REFUSED:
            assert HELPS[lang] not in words
        else:
            assert HELPS[lang] in words


OUTLINES = [
    ({"corners": [[0, 0], [0, 0], [1400, 0], [700, 900]]}, "outline_corner_twice"),
    ({"corners": [[0, 0], [1400, 1000], [1400, 0], [0, 1000]]}, "outline_crosses"),
    ({"triangle": {"base_mm": 1200, "left_mm": 100, "right_mm": 100, "height_mm": None}}, "outline_open"),
    (
        {"arch": {"width_mm": 1200, "left_mm": 900, "right_mm": 900, "height_mm": 900, "radius_mm": None}},
        "arch_flat",
    ),
]


@pytest.mark.parametrize(("outline", "key"), OUTLINES)
def test_an_outline_that_cannot_be_asks_for_no_reason(outline, key):
    with pytest.raises(Impossible) as refused:
        figure_of(outline)

    assert text_of(refused.value.objection, Shape.POLYGON) == key
    for lang in LANGS:
        assert HELPS[lang] not in in_words(refused.value.objection, Shape.POLYGON, lang)


def test_each_rule_has_words_for_each_weight_and_shape():
    for rule, weight, shape, found, lang in product(Rule, Weight, Shape, (0, 40), LANGS):
        assert in_words(Objection(rule, weight, None, found, 50), shape, lang)


def test_an_ordinary_opening_of_each_shape_has_nothing_against_it():
    for shape in Shape:
        assert isinstance(measured(shape), Sizes)
        assert find_objections(measured(shape), None, shape) == []
