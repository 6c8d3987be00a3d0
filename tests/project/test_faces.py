"""Public faces of packages: apps import what a package of `mysocial/` offers, nothing else."""

import ast
from collections.abc import Iterator
from importlib import import_module

from tests.project.test_architecture import APPS, ROOT, imported, sources

ROOT_MODULES = {
    *("__init__", "__main__", "apps", "asgi", "celery", "env", "extra_apps", "models", "settings"),
    *("urls", "wsgi"),
}


def offered(package: str) -> set[str]:
    """Return the names that a package of `mysocial/` offers to apps.

    `core` is plumbing that everybody needs: each of its modules and packages is public.
    """
    if package == "core":
        packages = {path.parent.name for path in (ROOT / "mysocial/core").glob("*/__init__.py")}
        return packages | {path.stem for path in (ROOT / "mysocial/core").glob("*.py")}
    return set(getattr(import_module(f"mysocial.{package}"), "__all__", ()))


def hidden_imports(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the imports of an app that go behind the face of a package."""
    for node in ast.walk(tree):
        for name in imported(node):
            root, package, *names = [*name.split("."), ""]
            is_package = (ROOT / "mysocial" / package / "__init__.py").is_file()
            if root == "mysocial" and is_package and not _is_offered(package, names):
                yield f"{path}:{getattr(node, 'lineno', 0)} {name}"


def _is_offered(package: str, names: list[str]) -> bool:
    """Return whether a face has the first name; a second one must belong to a public module."""
    first, second = [*names, ""][:2]
    if first not in offered(package):
        return False
    if (ROOT / "mysocial" / package / first / "__init__.py").is_file():
        return not second or second in offered(f"{package}.{first}")
    return not second or _is_module(package, first)


def _is_module(package: str, name: str) -> bool:
    return (ROOT / "mysocial" / package / f"{name}.py").is_file()


def private_imports(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the imports of names with an underscore from another package."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        for name in imported(node):
            parts = name.split(".")
            is_private = any(part.startswith("_") and not part.endswith("__") for part in parts)
            if parts[0] in {"mysocial", *APPS} and is_private and parts[: len(package)] != package:
                yield f"{path}:{getattr(node, 'lineno', 0)} {name}"


def test_apps_import_only_what_the_packages_offer() -> None:
    assert [
        line for path, tree in sources(*APPS).items() for line in hidden_imports(path, tree)
    ] == []


def test_no_private_name_is_imported_from_another_package() -> None:
    trees = sources("mysocial", "bench", *APPS)
    assert [line for path, tree in trees.items() for line in private_imports(path, tree)] == []


def test_every_module_of_mysocial_belongs_to_a_package() -> None:
    modules = {path.stem for path in (ROOT / "mysocial").glob("*.py")}
    assert modules - ROOT_MODULES == set()


def test_every_name_that_a_package_offers_exists() -> None:
    for package in (path.parent.name for path in (ROOT / "mysocial").glob("*/__init__.py")):
        if package != "core":
            face = import_module(f"mysocial.{package}")
            names = {name for name in offered(package) if not _is_module(package, name)}
            assert [name for name in names if not hasattr(face, name)] == []


def test_an_import_behind_a_face_is_found() -> None:
    planted = ast.parse(
        "from mysocial.core import mongo\n"
        "from mysocial.core.errors import NotFound\n"
        "from mysocial.persistence.flush import flush_queue\n"
        "from mysocial.store import Store\n"
        "from mysocial.store.writes import write\n"
        "import mysocial.store.codec\n"
        "from mysocial.api.responses import _render\n"
    )
    assert list(hidden_imports("posts/views.py", planted)) == [
        "posts/views.py:5 mysocial.store.writes.write",
        "posts/views.py:6 mysocial.store.codec",
        "posts/views.py:7 mysocial.api.responses._render",
    ]
    assert list(private_imports("posts/views.py", planted)) == [
        "posts/views.py:7 mysocial.api.responses._render"
    ]
    assert list(private_imports("mysocial/api/inputs.py", planted)) == []
