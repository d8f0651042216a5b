"""The yardstick: an ASGI app that returns ready bytes, on uvicorn with uvloop and httptools.

`python -m bench.raw FOLDER` serves every file of FOLDER at /NAME; the name holds the status: `list.200`.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]


def make_app(folder: Path) -> Callable[..., Awaitable[None]]:
    bodies = {}
    for file in folder.iterdir():
        content = file.read_bytes()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
        ]
        bodies["/" + file.name] = (int(file.suffix[1:]), headers, content)

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["method"] == "POST":
            await receive()
        status, headers, content = bodies[scope["path"]]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        make_app(Path(sys.argv[1])),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
