"""The console command, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def partsweb(*arguments: str | Path, instance: Path, database_url: str, **environment: str) -> str:
    """Run it, and give what it said; it must succeed."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("partsweb"), *arguments],
        env=os.environ
        | {"PARTSWEB_INSTANCE": str(instance), "DATABASE_URL": database_url}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, f"partsweb {' '.join(map(str, arguments))}\n{said}"
    return said
