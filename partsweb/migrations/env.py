"""Run by Alembic: our connection, our tables."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from partsweb import models
from partsweb.kit.exact import Exact

config = context.config


def _render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    # Columns are written by what the database keeps, so that a step never changes with our code.
    if kind == "type":
        if isinstance(item, Exact):
            return "sa.BigInteger()"
        if type(item).__name__ == "Instant":
            return "sa.DateTime(timezone=True)"
        if type(item).__name__ == "Enum":
            return "sa.String(40)"
    return False


def _is_a_models(name: str | None, kind: str, parents: Any) -> bool:
    # The index of search is each database's own (0004) and stands in no model.
    return not (name or "").startswith(("part_words", "part_search", "ix_parts_words"))


context.configure(
    connection=config.attributes["connection"],
    target_metadata=models.METADATA,
    render_item=_render,
    render_as_batch=True,
    compare_type=False,
    include_name=_is_a_models,
)
with context.begin_transaction():
    context.run_migrations()
