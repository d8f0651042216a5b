"""The HTTP side that all providers share: the gateway, routing, the access log."""
