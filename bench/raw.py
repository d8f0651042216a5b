"""The yardstick: an ASGI app that returns ready answers, on uvicorn with uvloop and httptools.

`python -m bench.raw FOLDER` serves every `NAME.body` of FOLDER at /NAME, with the status and headers in
`NAME.json`: byte for byte what our server answered, without having to think about it.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]


def make_app(folder: Path) -> Callable[..., Awaitable[None]]:
    answers = {}
    for file in folder.glob("*.json"):
        head = json.loads(file.read_text())
        headers = [(name.encode(), value.encode()) for name, value in head["headers"]]
        answers["/" + file.stem] = (head["status"], headers, file.with_suffix(".body").read_bytes())

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["method"] == "POST":
            await receive()
        status, headers, content = answers[scope["path"]]
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
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
