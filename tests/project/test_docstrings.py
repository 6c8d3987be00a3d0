"""Docstrings of the code: every public module, class, function and method has one."""

import ast
import builtins
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tests.project.test_architecture import APPS, sources


# Areas whose docstrings are not complete yet. This set only ever shrinks.
class Module:
    """The syntax tree of a module, with what its names stand for.

    Modules are not imported themselves, because some are programs; those of base classes are.
    """

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        self.imports = dict(_imports(tree))
        self.aliases = {ast.unparse(n.targets[0]): n.value for n in ast.walk(tree) if _is_alias(n)}

    def gaps(self) -> Iterator[str]:
        """Yield the public definitions of the module that have no docstring."""
        if self.tree.body and not ast.get_docstring(self.tree):
            yield f"{self.path}: module"
        yield from self._gaps_in(self.tree)

    def _gaps_in(self, owner: Any) -> Iterator[str]:
        for node in filter(_is_public, owner.body):
            if not _is_described(node) and not self._is_override(owner, node):
                yield f"{self.path}:{node.lineno}: {node.name}"
            if isinstance(node, ast.ClassDef):
                yield from self._gaps_in(node)

    def _is_override(self, owner: Any, node: Any) -> bool:
        """Return whether a base class, which says what the method does, has it too."""
        return isinstance(owner, ast.ClassDef) and any(
            self._has(base, node.name) for base in owner.bases
        )

    def _has(self, base: ast.expr, name: str) -> bool:
        base = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(base, ast.Name) and (local := self.classes.get(base.id)):
            own = {getattr(node, "name", "") for node in local.body}
            return name in own or any(self._has(parent, name) for parent in local.bases)
        if (alias := ast.unparse(base)) in self.aliases:
            return self._has(self.aliases[alias], name)
        first, *rest = ast.unparse(base).split(".")
        value = self.imports.get(first) or getattr(builtins, first, None)
        for part in rest:
            value = getattr(value, part, None)
        return hasattr(value, name)


def _is_alias(node: Any) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute)


def _is_described(node: Any) -> bool:
    """Return whether a definition has a docstring, or a text in its place that users see.

    That is the summary of an API operation, the label of an admin action or column, the help of a
    command; the base class says all there is to say of an `AppConfig`.
    """
    if ast.get_docstring(node):
        return True
    if isinstance(node, ast.ClassDef):
        names = {ast.unparse(part.targets[0]) for part in node.body if isinstance(part, ast.Assign)}
        bases = {ast.unparse(base) for base in node.bases}
        return "AppConfig" in bases or "help" in names
    calls = [part for part in node.decorator_list if isinstance(part, ast.Call)]
    return bool({"summary", "description"} & {word.arg for call in calls for word in call.keywords})


def _imports(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in (alias for alias in node.names if alias.name != "*"):
                yield alias.asname or alias.name, _imported(node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or name, _imported(name)


def _imported(module: str, name: str = "") -> Any:
    try:
        return getattr(import_module(module), name) if name else import_module(module)
    except AttributeError:
        return import_module(f"{module}.{name}")


def _is_public(node: Any) -> bool:
    if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    is_overload = any(ast.unparse(d).endswith("overload") for d in node.decorator_list)
    return not node.name.startswith("_") and node.name != "Meta" and not is_overload


def test_every_public_definition_has_a_docstring() -> None:
    missing = [
        gap
        for path, tree in sources("mysocial", "bench", *APPS).items()
        for gap in Module(path, tree).gaps()
    ]
    assert missing == []


PLANTED = '''"""A module."""
from django.apps import AppConfig as Base

def documented():
    """Do it."""

def bare(): ...

def _private(): ...

class Config(Base):
    def ready(self): ...
    def added(self): ...
    class Meta: ...

class Special(Config):
    """A class."""
    def ready(self): ...
    def added(self): ...
    async def more(self): ...
    @schema(summary="List them")
    def described(self): ...
'''


def test_a_definition_without_docstring_is_found() -> None:
    gaps = list(Module("planted.py", ast.parse(PLANTED)).gaps())
    assert gaps == [
        "planted.py:7: bare",
        "planted.py:11: Config",
        "planted.py:13: added",
        "planted.py:20: more",
    ]
    assert list(Module("planted.py", ast.parse("x = 1")).gaps()) == ["planted.py: module"]
