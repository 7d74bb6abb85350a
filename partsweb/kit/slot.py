"""A place on a lower room's page that upper rooms fill, in the same request.

A page calls `slot("part", part=part)`; whoever filled it returns Markup or an empty string. So the
catalogue's part page shows open purchase orders without knowing that there is purchasing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import render_template
from markupsafe import Markup

_fillings: dict[str, list[Callable[..., str]]] = defaultdict(list)


def fill(name: str, filling: Callable[..., str]) -> None:
    """Let `filling(**things)` add its HTML to the slot; order is that of filling."""
    if filling not in _fillings[name]:
        _fillings[name].append(filling)


def slot(name: str, **things: Any) -> Markup:
    """All that was filled in."""
    return Markup("").join(filling(**things) for filling in _fillings[name])


def partial(template: str, **context: Any) -> Markup:
    """Render a partial for a slot."""
    return Markup(render_template(template, **context))  # noqa: S704 - a template of ours, escaped
