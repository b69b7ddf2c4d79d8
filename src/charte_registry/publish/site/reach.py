"""What stands at a path of a record: public fields only, through parts, lists and references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from charte_registry.records.base import PUBLIC
from charte_registry.register import Register
from charte_registry.schema.shape import FLAG, NUMBER, Shape, shapes

Found = tuple[Shape, Any]
TITLES = ("nom", "intitule", "titre")


def public_shapes(cls: type[Any]) -> Mapping[str, Shape]:
    """Return what the public fields of a class hold, by name."""
    return _public_shapes(cls)  # type: ignore[arg-type] # classes are hashable, whatever mypy thinks


@cache
def _public_shapes(cls: type[Any]) -> Mapping[str, Shape]:
    return {shape.name: shape for shape in shapes(cls) if shape.visibility == PUBLIC}


def states(shape: Shape, value: Any) -> bool:
    """Return whether a record says something in a field, rather than leave it as it is by itself."""
    if value is None or value == ():
        return False
    if shape.holds in (FLAG, NUMBER) and not shape.required:
        return bool(value != shape.default)
    return True


def reach(register: Register, record: Any, path: str) -> Iterator[Found]:
    """Yield what stands at a path, each value with what its field holds.

    Parameters
    ----------
    register : Register
        The register, for the records that fields name.
    record : record
        Where the path begins.
    path : str
        Fields with dots between; ``>`` goes on in the record that a field names.

    Yields
    ------
    tuple of Shape and object
        The values that the record states; none for a field that its class does not have.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> register = load_register("examples/nantes_2020")
    >>> metropole = register.records["certifications"]["iso-27001"]
    >>> [value for _, value in reach(register, metropole, "organisme>nom")]
    ['Nantes Métropole']
    """
    head, _, rest = path.partition(">")
    for shape, value in _inside(record, head.split(".")):
        if not rest:
            yield shape, value
        else:
            target = register.records.get(shape.reference, {}).get(value)
            if target is not None:
                yield from reach(register, target, rest)


def _inside(record: Any, steps: list[str]) -> Iterator[Found]:
    shape = public_shapes(type(record)).get(steps[0])
    if shape is None:
        return
    value = getattr(record, shape.name)
    if not states(shape, value):
        return
    for item in value if shape.several else (value,):
        if len(steps) == 1:
            yield shape, item
        elif shape.part is not None:
            yield from _inside(item, steps[1:])


def title_of(record: Any) -> str:
    """Return what a record is called; its identifier where it has no name."""
    for name in TITLES:
        if value := getattr(record, name, None):
            return str(value)
    return str(record.id)


def is_placeholder(record: Any) -> bool:
    """Return whether a record is only there for the count."""
    return bool(getattr(record, "factice", False))
