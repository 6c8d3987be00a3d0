"""The scripts and the styles of the web client, as one file each.

There is no build step: a process joins the files of `web/static/web` when the page is first
requested. The address of the result contains a hash of it, so that browsers keep it and never ask
again.
"""

import functools
import gzip
import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

ENTRY_POINT = Path("app.js")
LATER = Path("later.js")  # with the views that the first load does not need
STYLE_NAMES = (
    *("base", "page", "controls", "icons", "signin", "navigation", "post-form", "posts"),
    *("polls", "post-footer", "comments", "reactions", "users", "settings", "chat", "messages"),
    *("overlays", "skeletons", "inspector"),
)
STYLES = ("mysocial/palette.css", *(f"web/css/{name}.css" for name in STYLE_NAMES))
JAVASCRIPT = "text/javascript; charset=utf-8"
FOLDER = Path(__file__).resolve().parent / "static" / "web"
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{([^}]*)\};\n", re.MULTILINE)
LINE_COMMENT = re.compile(r"^[ ]*//.*\n", re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*\*.*?\*/[ ]?", re.DOTALL)
BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")
ICON = re.compile(r'url\("(\.[^"]+\.svg)"\)')


@dataclass(frozen=True)
class Asset:
    """A file that the page loads."""

    name: str
    content_type: str
    content: bytes

    @functools.cached_property
    def digest(self) -> str:
        """The first 16 digits of the SHA-256 hash of the content."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @functools.cached_property
    def compressed(self) -> bytes:
        """The content, compressed by gzip."""
        return gzip.compress(self.content, mtime=0)

    @property
    def url(self) -> str:
        """The address, which changes with the content."""
        return reverse("asset", args=[self.digest, self.name])


def get_assets() -> dict[str, Asset]:
    """Return the files by name. With DEBUG, changed sources are read again."""
    return _create_assets(_last_change() if settings.DEBUG else 0)


@functools.lru_cache(maxsize=1)
def _create_assets(_last_change: int) -> dict[str, Asset]:
    script, later_script = join_modules(ENTRY_POINT, LATER)
    later = Asset(LATER.name, JAVASCRIPT, later_script.encode())
    script = script.replace(f'import("./{LATER}")', f'import("{later.url}")')
    styles = Asset("app.css", "text/css; charset=utf-8", join_styles().encode())
    assets = (Asset("app.js", JAVASCRIPT, script.encode()), later, styles)
    return {asset.name: asset for asset in assets}


def _last_change() -> int:
    """Return when a source was last changed, in nanoseconds."""
    paths = [*FOLDER.rglob("*.*"), *map(_find, STYLES)]
    return max(path.stat().st_mtime_ns for path in paths)


# Scripts -----------------------------------------------------------------------------------------


class Joiner:
    """Joins modules of `FOLDER` into scripts.

    Each imported module becomes a function that returns its exports. The supported forms are those
    of our own modules: imports and exports of names, at the beginning of a line.
    """

    def __init__(self) -> None:
        self.variables: dict[Path, str] = {}  # of the modules that were added, with their exports

    def join(self, entry_point: Path) -> tuple[str, str]:
        """Return the code of the modules that a module imports, and its own code with a `return`.

        Modules that were joined before are not repeated.

        Raises:
            ValueError: Modules import each other in a circle.
        """
        functions: list[str] = []
        code = self._add(entry_point, (), functions)
        return "".join(functions), code

    def _add(self, path: Path, importers: tuple[Path, ...], functions: list[str]) -> str:
        """Return the code of a module. Add the modules that it imports before."""
        if path in importers:
            raise ValueError(f"{path} imports itself, through {importers[-1]}.")

        def replace_import(match: re.Match[str]) -> str:
            imported = _resolve(path, match[2])
            if imported not in self.variables:
                code = self._add(imported, (*importers, path), functions)
                variable = self.variables[imported] = f"module{len(self.variables)}"
                functions.append(f"const {variable} = (() => {{\n{code}}})();\n")
            names = match[1].replace(" as ", ": ")
            return f"const {{{names}}} = {self.variables[imported]};\n"

        source = IMPORT.sub(replace_import, _read_script(path))
        names = [match[1] for match in EXPORT.finditer(source)]
        names += [name for match in EXPORT_LIST.finditer(source) for name in _split(match[1])]
        source = EXPORT_LIST.sub("", EXPORT.sub("", source))
        return f"{source}return {{ {', '.join(names)} }};\n" if names else source


def join_modules(entry_point: Path, later: Path) -> tuple[str, str]:
    """Return a script for a module and all that it imports, and one for what it loads later.

    The second script exports `load`, which is called with the modules of the first one.
    """
    joiner = Joiner()
    main = "".join(joiner.join(entry_point))
    shared = ", ".join(joiner.variables.values())
    later_script = "".join(joiner.join(later))
    main = main.replace(
        f'import("./{later}")', f'import("./{later}").then(({{ load }}) => load({{ {shared} }}))'
    )
    return main, f"export const load = ({{ {shared} }}) => {{\n{later_script}}};\n"


def _read_script(path: Path) -> str:
    source = (FOLDER / path).read_text()
    return BLANK_LINES.sub("", LINE_COMMENT.sub("", BLOCK_COMMENT.sub("", source))).lstrip()


def _resolve(importer: Path, name: str) -> Path:
    """Return the path of an imported module in `FOLDER`."""
    return (FOLDER / importer.parent / name).resolve().relative_to(FOLDER)


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


# Styles ------------------------------------------------------------------------------------------


def join_styles() -> str:
    """Return all style sheets, in order, with their icons."""
    return "\n".join(_read_styles(_find(name)) for name in STYLES)


def _read_styles(path: Path) -> str:
    def embed(match: re.Match[str]) -> str:
        content = b64encode((path.parent / match[1]).read_bytes()).decode()
        return f'url("data:image/svg+xml;base64,{content}")'

    return ICON.sub(embed, path.read_text())


def _find(name: str) -> Path:
    """Return the source of a static file."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path)
