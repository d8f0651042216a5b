"""The server's side of `MockServer.start`: `python -m mockserver.cli.child SETTINGS`, SETTINGS as JSON.

Prints one line, its address and its token, as soon as it serves; ends when its standard input closes.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
from dataclasses import replace


def main() -> None:
    gc.disable()  # as `mockserver serve` does; `run` turns collecting on again
    from mockserver.cli.problems import bad_settings_exit, settings_or_exit
    from mockserver.cli.serve import listen, run

    given = {"log_format": "off", **json.loads(sys.argv[1]), "host": "127.0.0.1", "port": 0}
    settings = replace(settings_or_exit(**given), public_url=None)
    listener = listen(settings.host, settings.port)
    from mockserver.app import create_app

    with bad_settings_exit():
        gateway = create_app(settings)
    from mockserver.control import bodies  # noqa: F401 - now, not during the first test

    def ready(url: str) -> None:
        sys.stdout.write(json.dumps({"url": url, "admin_token": settings.admin_token}) + "\n")
        sys.stdout.flush()

    threading.Thread(target=_end_with_input, daemon=True).start()
    run(gateway, settings, listener, ready)


def _end_with_input() -> None:
    try:
        while sys.stdin.buffer.read(4096):
            pass
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
