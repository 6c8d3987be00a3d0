"""The files that the page loads: few, compressed, and kept by browsers."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

from web import assets

MAX_COMPRESSED_BYTES = 120 * 1024
LINK = re.compile(r'(?:src|href)="(/(?:assets|static)/[^"]+)"')


def asset_urls():
    return {url for url in LINK.findall(Client().get("/").content.decode()) if "assets" in url}


def test_the_page_loads_one_script_and_one_style_sheet():
    page = Client().get("/").content.decode()
    assert len(re.findall(r"<script|rel=\"stylesheet\"", page)) == 2
    assert {url.rpartition("/")[2] for url in asset_urls()} == {"app.js", "app.css"}


def test_browsers_keep_the_files_and_get_them_compressed():
    total = 0
    for url in asset_urls():
        response = Client().get(url, headers={"Accept-Encoding": "gzip, br"})
        plain = Client().get(url)
        assert response["Cache-Control"] == plain["Cache-Control"]
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Content-Encoding"] == "gzip"
        assert response["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain
        assert gzip.decompress(response.content) == plain.content
        assert int(response["Content-Length"]) == len(response.content)
        total += len(response.content)
    assert total <= MAX_COMPRESSED_BYTES


def test_the_address_of_another_version_is_served_and_not_kept():
    response = Client().get(f"/assets/{'0' * 16}/app.js")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert Client().get(f"/assets/{'0' * 16}/other.js").status_code == 404
    assert Client().post(next(iter(asset_urls()))).status_code == 405


def test_the_address_changes_with_the_content():
    old, new = (assets.Asset("app.js", "text/javascript", content) for content in (b"1", b"2"))
    assert old.url != new.url


def test_every_module_is_in_one_script_and_every_style_sheet_in_the_styles():
    current = assets.get_assets()
    script, later = (current[name].content.decode() for name in ("app.js", "later.js"))
    modules = {path for path in assets.FOLDER.rglob("*.js") if "export {};" not in path.read_text()}
    names = re.findall(r"^const (module\d+) = ", script + later, re.MULTILINE)
    assert len(names) == len(set(names)) == len(modules) - 2  # without those of the scripts
    assert not re.search(r"^\s*(?:import|export)\b", script, re.MULTILINE)
    assert re.findall(r"^\s*(?:import|export)\b", later, re.MULTILINE) == ["export"]
    assert f'import("{current["later.js"].url}")' in script
    assert "import.meta" not in script + later
    styles = assets.join_styles()
    sheets = {path.relative_to(assets.FOLDER.parent) for path in assets.FOLDER.rglob("*.css")}
    assert {str(sheet) for sheet in sheets} <= set(assets.STYLES)
    assert not re.search(r'url\("(?!data:)', styles)


def test_the_first_script_is_without_the_views_that_come_later():
    current = assets.get_assets()
    assert b"function chatView" not in current["app.js"].content
    assert b"function chatView" in current["later.js"].content
    assert b"function feedView" in current["app.js"].content
    url = current["later.js"].url
    assert Client().get(url)["Cache-Control"] == "public, max-age=31536000, immutable"
    # Another version would not fit the script that loads it.
    assert Client().get(f"/assets/{'0' * 16}/later.js").status_code == 404


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    return tmp_path


def test_modules_are_joined_in_the_order_of_their_imports(folder):
    (folder / "parts").mkdir()
    (folder / "app.js").write_text(
        'import { one, two as second } from "./parts/a.js";\n/** Says both. */\nlog(one, second);\n'
    )
    (folder / "parts/a.js").write_text(
        'import { two } from "../b.js";\nexport const one = 1; // first\nexport { two };\n'
    )
    (folder / "b.js").write_text("// A number.\nexport function two() {}\n")
    assert "".join(assets.Joiner().join(Path("app.js"))) == (
        "const module0 = (() => {\nfunction two() {}\nreturn { two };\n})();\n"
        "const module1 = (() => {\nconst { two } = module0;\nconst one = 1; // first\n"
        "return { one, two };\n})();\n"
        "const { one, two: second } = module1;\nlog(one, second);\n"
    )


def test_modules_that_import_each_other_are_an_error(folder):
    (folder / "app.js").write_text('import { a } from "./a.js";\n')
    (folder / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (folder / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(ValueError, match=r"a\.js imports itself, through b\.js"):
        assets.Joiner().join(Path("app.js"))


def test_a_later_script_gets_the_modules_of_the_first_one(folder):
    (folder / "app.js").write_text(
        'import { one } from "./a.js";\nconst load = () => import("./later.js");\n'
    )
    (folder / "later.js").write_text(
        'import { one } from "./a.js";\nimport { two } from "./b.js";\n'
        "export const sum = one + two;\n"
    )
    for name, code in (("a", "one = 1"), ("b", "two = 2")):
        (folder / f"{name}.js").write_text(f"export const {code};\n")
    script, later = assets.join_modules(Path("app.js"), Path("later.js"))
    assert script == (
        "const module0 = (() => {\nconst one = 1;\nreturn { one };\n})();\n"
        "const { one } = module0;\n"
        'const load = () => import("./later.js").then(({ load }) => load({ module0 }));\n'
    )
    assert later == (
        "export const load = ({ module0 }) => {\n"
        "const module1 = (() => {\nconst two = 2;\nreturn { two };\n})();\n"
        "const { one } = module0;\nconst { two } = module1;\n"
        "const sum = one + two;\nreturn { sum };\n};\n"
    )
