"""Routing by path segments: a walk down a tree of dicts, as long as the path and no longer."""

from __future__ import annotations

from typing import Generic, TypeVar

H = TypeVar("H")


class _Node(Generic[H]):
    __slots__ = ("handlers", "literals", "parameter")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[H]] = {}
        self.parameter: _Node[H] | None = None
        self.handlers: dict[str, H] = {}


class Router(Generic[H]):
    """Handlers by method and path pattern (`/v1/dids/orders/{order_id}`). A literal wins over a parameter."""

    def __init__(self) -> None:
        self._root: _Node[H] = _Node()

    def add(self, method: str, pattern: str, handler: H) -> None:
        node = self._root
        for part in pattern.strip("/").split("/"):
            if part.startswith("{"):
                if node.parameter is None:
                    node.parameter = _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(part, _Node())
        if method in node.handlers:
            raise ValueError(f"two handlers for {method} {pattern}")
        node.handlers[method] = handler

    def find(
        self, method: str, segments: tuple[str, ...]
    ) -> tuple[H | None, tuple[str, ...], frozenset[str]]:
        """The handler, the values of the path's parameters in order, and the methods the path knows.

        Handler None and no methods: unknown path. Handler None and some: wrong method.
        """
        found = self._walk(self._root, segments, ())
        if found is None:
            return None, (), frozenset()
        node, values = found
        return node.handlers.get(method), values, frozenset(node.handlers)

    def _walk(
        self, node: _Node[H], segments: tuple[str, ...], values: tuple[str, ...]
    ) -> tuple[_Node[H], tuple[str, ...]] | None:
        if not segments:
            return (node, values) if node.handlers else None
        first, rest = segments[0], segments[1:]
        literal = node.literals.get(first)
        if literal is not None:
            found = self._walk(literal, rest, values)
            if found is not None:
                return found
        if node.parameter is not None:
            return self._walk(node.parameter, rest, (*values, first))
        return None
