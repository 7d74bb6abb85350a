"""The libraries that every request uses, made once and bound to an app in create_app."""

from __future__ import annotations

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from htmx_flask import Htmx

db = SQLAlchemy()
login = LoginManager()
htmx = Htmx()
