"""Refuse to build a wheel without the browser libraries it must carry."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendoredFiles(BuildHookInterface[Any]):  # type: ignore[type-arg,unused-ignore]
    """Looks for every file that package.json lists under "vendor"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop with the command that helps; an editable install needs no files yet."""
        if version == "editable":
            return
        wanted = json.loads(Path(self.root, "package.json").read_text())["vendor"]
        vendor = Path(self.root, "partsweb", "static", "vendor")
        missing = [place for place in wanted if not (vendor / place).exists()]
        if missing:
            message = f"no {', '.join(missing)} in {vendor}: run `npm ci && bin/vendor` first"
            raise FileNotFoundError(message)
