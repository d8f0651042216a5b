"""DIDWW API v3."""

from mockserver.providers.didww.app import Didww

__all__ = ["Didww"]
