"""Builds what is made from the tables: `python -m contracts.build`, or `--check` to compare.

Each provider, and our control API, has a module `contracts.build_<provider>` whose `documents()` returns its
OpenAPI documents: the path below `contracts/`, "idt/openapi.json", and the document. The modules of FILES
have a `files()` that returns other files, by path, as text, and may have `problems()`: lines about what is
wrong. The same tables always give the same bytes. When something is wrong it is reported, and nothing is
written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from contracts.checking import Document, faults

PROVIDERS = ("didww", "idt", "didlogic", "control")
FILES = ("didww_tables", "build_probes", "build_claims")
ROOT = Path(__file__).parent

Builder = Callable[[], Mapping[str, Document]]


def builders(providers: Iterable[str] = PROVIDERS) -> dict[str, Builder]:
    """The `documents` functions of the providers that have one."""
    modules = {provider: f"contracts.build_{provider}" for provider in providers}
    return {name: import_module(module).documents for name, module in modules.items() if find_spec(module)}


def build(sources: Iterable[Builder]) -> dict[str, Document]:
    """Every document by its path. Two builders that make the same file are an error."""
    documents: dict[str, Document] = {}
    for source in sources:
        for name, document in source().items():
            if name in documents:
                raise ValueError(f"{name} is built twice")
            documents[name] = document
    return documents


def files(modules: Iterable[str] = FILES) -> dict[str, str]:
    """The text of every other file by its path."""
    return {
        name: text
        for module in modules
        for name, text in import_module(f"contracts.{module}").files().items()
    }


def problems(modules: Iterable[str] = FILES) -> list[str]:
    """What a module finds wrong with its own files; for those that look."""
    made = (import_module(f"contracts.{module}") for module in modules)
    return [line for module in made if hasattr(module, "problems") for line in module.problems()]


def render(document: Document | str) -> str:
    """The text of a document as it is committed; a text is itself."""
    if isinstance(document, str):
        return document
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def differing(documents: Mapping[str, Document | str], root: Path = ROOT) -> list[str]:
    """The paths of the documents and texts that are missing below `root` or are not as built."""
    return [
        name
        for name, document in documents.items()
        if not (root / name).is_file() or (root / name).read_bytes() != render(document).encode()
    ]


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 1 when a document has a fault, or when `--check` finds a file that is not as built."""
    parser = argparse.ArgumentParser(
        prog="python -m contracts.build", description="Build the OpenAPI documents and other files."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file differs")
    check = parser.parse_args(arguments).check
    documents = build(builders().values())
    wrong = [
        f"contracts/{name}: {fault}" for name, document in documents.items() for fault in faults(document)
    ]
    wrong += problems()
    made: dict[str, Document | str] = {**documents, **files()}
    changed = differing(made)
    if not check and not wrong:
        for name in changed:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_bytes(render(made[name]).encode())
    for line in wrong:
        print(line)
    for name in changed:
        print(f"contracts/{name} {'is not as built' if check or wrong else 'written'}")
    print(f"{len(made)} files, {len(changed)} {'differ' if check or wrong else 'written'}")
    return 1 if wrong or (check and changed) else 0


if __name__ == "__main__":
    sys.exit(main())
