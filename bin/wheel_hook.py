"""Refuse to build a wheel without the browser libraries it must carry."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendoredFiles(BuildHookInterface[Any]):  # type: ignore[type-arg,unused-ignore]
    """Looks for every file that package.json lists under "vendor"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Stop with the command that helps; an editable install needs no files yet."""
        if version == "editable":
            return
        root = Path(self.root)
        wanted = json.loads((root / "package.json").read_text())["vendor"]
        missing = [place for place in wanted if not (root / "partsweb/static/vendor" / place).exists()]
        if missing:
            message = f"{', '.join(missing)} missing in partsweb/static/vendor: run `npm ci && bin/vendor`"
            raise FileNotFoundError(message)
