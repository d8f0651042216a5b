"""Every operation, built and unbuilt, as `/_mock/routes` lists it."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.core.provider import Route
from mockserver.jsonapi.resource import Operation
from mockserver.jsonapi.schema import Registry, singular
from mockserver.providers.didww import downloads, forms

_METHODS: dict[Operation, tuple[str, bool]] = {
    "list": ("GET", False),
    "create": ("POST", False),
    "show": ("GET", True),
    "update": ("PATCH", True),
    "delete": ("DELETE", True),
}


def list_routes(registry: Registry) -> tuple[Route, ...]:
    """Operations of the newest version; names as in evidence and journal (`dids.list`)."""
    schema = registry.schemas[registry.versions[-1]]
    routes: list[Route] = []
    for view in schema.by_type.values():
        singleton = view.resource.singleton
        routes += _of(view.resource.type, view.path, view.resource.operations, singleton, built=True)
        if not view.operations or singleton:
            continue
        for relationship in view.relationships.values():
            start = f"/v3/{view.path}/{{id}}"
            name = relationship.name
            operation = view.resource.type
            routes.append(
                Route(f"{operation}.related", "GET", f"{start}/{name}", f"{name} of one of {view.type}")
            )
            routes.append(
                Route(
                    f"{operation}.linkage",
                    "GET",
                    f"{start}/relationships/{name}",
                    f"linkage of {name} of one of {view.type}",
                )
            )
            if relationship.update:
                for method in ("POST", "PATCH", "DELETE") if relationship.many else ("PATCH", "DELETE"):
                    path = f"{start}/relationships/{name}"
                    routes.append(
                        Route(f"{operation}.linkage", method, path, f"change the linkage of {name}")
                    )
    for unbuilt in schema.unbuilt.values():
        path = unbuilt.path or unbuilt.type
        routes += _of(unbuilt.type, path, unbuilt.operations, unbuilt.singleton, built=False)
    about = "download the file of a completed export"
    routes.append(Route(downloads.OPERATION, "GET", "/v3/exports/{file}.csv.gz", about))
    about = "download the blank form of a template; needs no key"
    routes.append(Route(forms.OPERATION, "GET", f"{forms.PATH}{{token}}", about))
    return tuple(routes)


def _of(
    type_name: str, path: str, operations: Iterable[Operation], singleton: bool, *, built: bool
) -> list[Route]:
    routes = []
    for operation in operations:
        method, member = _METHODS[operation]
        shown = f"/v3/{path}" + ("/{id}" if member and not singleton else "")
        what = type_name if operation == "list" else singular(type_name)
        summary = f"{operation} {what}".replace("_", " ")
        routes.append(Route(f"{type_name}.{operation}", method, shown, summary, built))
    return routes
