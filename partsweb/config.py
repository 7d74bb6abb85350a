"""Where an installation's settings come from: its environment, else its instance folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "DATABASE_URL",
    "ORIGIN",
    "TIMEZONE",
    "CURRENCY",
    "COMPANY",
    "DEMO",
    "LABOUR_RATE",
    "CORE_WINDOW",
    "PRICE_TOLERANCE",
    "QUANTITY_TOLERANCE",
    "COUNT_APPROVAL",
    "TRUSTED_PROXIES",
    "OVER_RECEIPT_TOLERANCE",
    "PURCHASE_APPROVAL",
)


@dataclass(frozen=True)
class Settings:
    """The settings of one installation.

    `database_url` is an SQLAlchemy URL; `origin` is scheme://host[:port] as browsers see it, or
    empty to take it from each request; `timezone` an IANA name, by which days begin;
    `labour_rate` is what an hour of work costs a customer, `core_window` the days in which a core
    has to be shipped;
    `over_receipt_tolerance` is how many per cent more than ordered may arrive unasked;
    `purchase_approval` the amount above which somebody else approves a purchase, None: never;
    `price_tolerance` and `quantity_tolerance` are by how many percent a vendor's invoice may differ
    without being held; `count_approval` is the value above which a count's variance is approved by
    somebody else.
    """

    instance: Path
    database_url: str
    secret_key: str
    origin: str = ""
    timezone: str = "UTC"
    currency: str = "EUR"
    company: str = "partsweb"
    demo: bool = False
    labour_rate: Decimal = Decimal(0)
    core_window: int = 30
    price_tolerance: Decimal = Decimal(2)
    quantity_tolerance: Decimal = Decimal(0)
    count_approval: Decimal = Decimal(100)
    trusted_proxies: int = 0
    over_receipt_tolerance: Decimal = Decimal(10)
    purchase_approval: Decimal | None = None
    testing: bool = False
    more: dict[str, Any] = field(default_factory=dict)


def instance_folder() -> Path:
    """The folder of this installation: PARTSWEB_INSTANCE, else instance/ beside the project.

    Installed from a wheel there is no project: then it is instance/ where one stands.
    """
    home = ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()
    return Path(os.environ.get("PARTSWEB_INSTANCE") or home / "instance").resolve()


def load(given: dict[str, Any] | None = None) -> Settings:
    """Put the settings together: what is given, else the environment, else the instance file."""
    given = dict(given or {})
    instance = Path(given.pop("INSTANCE", None) or instance_folder())
    instance.mkdir(parents=True, exist_ok=True)
    filed = _filed(instance)

    def setting(name: str, default: str = "") -> str:
        value = given.get(name, os.environ.get(f"PARTSWEB_{name}", filed.get(name, default)))
        return str(value)

    database = given.get("DATABASE_URL") or os.environ.get("DATABASE_URL")
    return Settings(
        instance=instance,
        database_url=_driver(str(database or filed.get("DATABASE_URL") or _embedded(instance))),
        secret_key=str(given.get("SECRET_KEY") or secret_key(instance)),
        origin=setting("ORIGIN").rstrip("/"),
        timezone=setting("TIMEZONE", "UTC"),
        currency=setting("CURRENCY", "EUR"),
        company=setting("COMPANY", "partsweb"),
        demo=setting("DEMO", "0").lower() in {"1", "true", "yes"},
        labour_rate=Decimal(setting("LABOUR_RATE", "0")),
        core_window=int(setting("CORE_WINDOW", "30")),
        price_tolerance=Decimal(setting("PRICE_TOLERANCE", "2")),
        quantity_tolerance=Decimal(setting("QUANTITY_TOLERANCE", "0")),
        count_approval=Decimal(setting("COUNT_APPROVAL", "100")),
        trusted_proxies=int(setting("TRUSTED_PROXIES", "0")),
        over_receipt_tolerance=_amount(setting("OVER_RECEIPT_TOLERANCE", "10")) or Decimal(0),
        purchase_approval=_amount(setting("PURCHASE_APPROVAL")),
        testing=bool(given.get("TESTING", False)),
    )


def remember(instance: Path, name: str, value: str) -> None:
    """Write one setting into the instance's settings file, keeping the others."""
    if name not in NAMES:
        raise ValueError(f"{name} is not a setting")
    filed = _filed(instance) | {name: value}
    lines = "".join(f"{key}={filed[key]}\n" for key in sorted(filed))
    (instance / "settings.env").write_text(lines, encoding="utf-8")


def secret_key(instance: Path) -> str:
    """This installation's secret, made at the first start, readable by its owner only."""
    path = instance / "secret_key"
    if not path.exists():
        # Written whole, then put in its place: of two that start at once, one's is kept.
        fresh = instance / f"secret_key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{text} in the settings is no amount of zero or more")
    return amount


def _filed(instance: Path) -> dict[str, str]:
    path = instance / "settings.env"
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def _embedded(instance: Path) -> str:
    return f"sqlite:///{instance / 'partsweb.db'}"


def _driver(url: str) -> str:
    """Name the driver that we ship, whichever way the address was written."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url[len(plain) :]
    return url
