from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask

from partsweb.locations import queries as locations
from tests.counts.counting import lay
from tests.support.company import a_part, a_person, a_technician, given, the


@pytest.fixture
def firm(app: Flask) -> SimpleNamespace:
    """Tess with Van 3, in which the books have 10 fans at 12; a coordinator, a supervisor."""
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        van, fan = the(locations.van_of(tess)), a_part("FAN", "Fan")
        lay(fan, van, 10)
        return SimpleNamespace(
            tess=tess,
            van=van,
            fan=fan,
            cora=a_person("coordinator", name="Cora"),
            sam=a_person("supervisor", name="Sam"),
        )
