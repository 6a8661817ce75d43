"""An application's folder, as the tests of scripts have it."""

from __future__ import annotations

from tests.script.conftest import application

__all__ = ["application"]
