"""A mock server and its sandboxes as a test sees them: over HTTP, out of the standard library.

The pytest plugin hands these out as fixtures; any other test runner can make them itself:

    with MockServer.start() as server, server.sandbox() as sandbox:
        client = MyClient(sandbox.didww.base_url, sandbox.didww.key)
"""

from mockserver.testing.connection import Control, ControlError, NotInTime, ServerGone
from mockserver.testing.failures import Fault
from mockserver.testing.journal import Exchange
from mockserver.testing.sandbox import ProviderAccess, Sandbox
from mockserver.testing.server import MockServer
from mockserver.testing.time import Advance, Event

__all__ = [
    "Advance",
    "Control",
    "ControlError",
    "Event",
    "Exchange",
    "Fault",
    "MockServer",
    "NotInTime",
    "ProviderAccess",
    "Sandbox",
    "ServerGone",
]
