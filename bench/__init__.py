"""Speed and memory, measured beside a raw ASGI app in the same run: `make bench`."""
