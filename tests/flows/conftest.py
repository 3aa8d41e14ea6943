"""The same door as in tests/services."""

from tests.services.conftest import door

__all__ = ["door"]
