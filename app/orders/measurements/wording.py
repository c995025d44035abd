"""Which sentence tells what a rule has against an opening: it depends on the shape, and on whether a reason helps."""

from app.orders.measurements.plausibility import Objection, Rule, Shape, Weight


def text_of(objection: Objection, shape: Shape) -> str:
    """A key of `[errors]`. By default that of the rule."""
    if objection.weight is Weight.REFUSED:
        return _refused(objection)
    match objection.rule, shape:
        case Rule.WIDTH_SPREAD, (Shape.TRAPEZIUM | Shape.TRIANGLE):
            return "width_spread_sloped"
        case Rule.HEIGHT_SPREAD, (Shape.TRAPEZIUM | Shape.TRIANGLE):
            return "height_spread_sloped"
        case Rule.WIDTH_SPREAD, Shape.ARCH:
            return "width_spread_arch"
        case Rule.HEIGHT_SPREAD, Shape.ARCH:
            return "height_spread_arch"
        case Rule.DIAGONAL_DIFFERENCE, Shape.TRAPEZIUM:
            return "diagonal_of_trapezium"
    return str(objection.rule)


def _refused(objection: Objection) -> str:
    """No reason helps."""
    match objection.rule:
        case Rule.SIZE_LIMITS:
            return "size_nothing" if objection.found_mm < 1 else "size_too_large"
        case Rule.DIAGONAL_IMPOSSIBLE if objection.found_mm < 1:
            return "diagonal_missing"
        case Rule.OUTLINE_SIDE:
            return "outline_corner_twice"
        case Rule.ARCH_RISE:
            return "arch_flat"
    return str(objection.rule)
