"""docs/import.md says what the commands take."""

from __future__ import annotations

from pathlib import Path

import pytest

from partsweb.exchange.commands import NAMES
from partsweb.exchange.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "import.md"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_stands_in_the_docs(kind):
    page = PAGE.read_text(encoding="utf-8")

    rows = [
        f"| `{name}`{' *' if field.is_required() else ''} | {field.description} "
        f"| {', '.join(kind.row.synonyms.get(name, ())) or '–'} |"
        for name, field in kind.row.model_fields.items()
    ]

    assert f"### {kind.name}\n\n" in page
    assert "\n".join(rows) in page, "\n".join(["docs/import.md should say:", *rows])


def test_the_command_knows_every_kind():
    assert tuple(kind.name for kind in KINDS) == NAMES
