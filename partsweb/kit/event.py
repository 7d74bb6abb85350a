"""What a lower room tells the upper ones: at once, in the same transaction.

An event is a blinker signal named as a past fact. Upper rooms connect in `create_app`; a subscriber
that refuses rolls everything back.
"""

from __future__ import annotations

from blinker import NamedSignal, Namespace

_events = Namespace()


def event(name: str) -> NamedSignal:
    """The event of that name."""
    return _events.signal(name)
