"""The house keeps its shape: what imports what, how long a file is, what a page may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 480  # lines: one job each, about 400 at most


def files(*patterns: str) -> list[Path]:
    """The project's own files; what Django writes (migrations) is not held to our style."""
    found = (path for pattern in patterns for path in ROOT.glob(pattern))
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


PYTHON = files("*.py", "project/**/*.py", "collab/**/*.py", "deploy/**/*.py", "bench/**/*.py", "tests/**/*.py")
JAVASCRIPT = files("static/js/**/*.js")
TEMPLATES = files("templates/**/*.html", "collab/**/templates/**/*.html")
STYLES = files("static/css/**/*.css")


# --- Python --------------------------------------------------------------------------------------


def test_imports_point_inward() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_module_says_what_it_owns(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), "a module opens with a docstring"


@pytest.mark.parametrize("path", PYTHON + JAVASCRIPT + STYLES, ids=name_of)
def test_a_file_is_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST


@pytest.mark.django_db
def test_the_migrations_are_those_of_the_models() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- JavaScript ----------------------------------------------------------------------------------

# What each folder of static/js may import. `main.js` connects what may not know each other.
MAY_IMPORT = {
    "document": {"document"},
    "protocol": {"document", "protocol"},
    "sync": {"document", "protocol", "sync"},
    "net": {"protocol", "net"},
    "storage": {"storage"},
    "session": {"protocol", "session"},
    "drafts": {"drafts"},
    "ui": {"document", "protocol", "sync", "ui"},
}
IMPORT = re.compile(r"""^import\s+(?:[\w$*{}\s,]+?\bfrom\s+)?["']([^"']+)["']""", re.MULTILINE)
TYPE_IMPORT = re.compile(r"""\bimport\(["'](\.[^"']+)["']\)""")
# Names that are the browser's, the clock's or chance's: not for the pure folders.
IMPURE = re.compile(
    r"\b(?:document\.(?:querySelector|getElementById|createElement|addEventListener|body)|window\.|navigator\.|"
    r"localStorage|sessionStorage|fetch\(|WebSocket\(|(?<!clock\.)setTimeout\(|setInterval\(|Date\.now\(|new Date\(\)|"
    r"Math\.random\(|performance\.now\(|crypto\.)"
)
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def imports_of(path: Path) -> Iterator[Path]:
    for target in IMPORT.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))):
        assert target.startswith("."), f"{target}: modules come from here, by a relative path"
        yield (path.parent / target).resolve()


def types_of(path: Path) -> set[Path]:
    """The modules whose types a comment names."""
    return {(path.parent / target).resolve() for target in TYPE_IMPORT.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", JAVASCRIPT, ids=name_of)
def test_a_script_imports_inward(path: Path) -> None:
    folder = path.relative_to(ROOT / "static/js").parts[0]
    for target in imports_of(path):
        assert target.is_file(), f"{target.name} is not there"
        if folder in MAY_IMPORT:
            assert target.relative_to(ROOT / "static/js").parts[0] in MAY_IMPORT[folder]


def test_scripts_do_not_import_each_other_in_a_circle() -> None:
    """Nor could they be hashed: each one's name would hang on the other's. An import of a type counts as any other."""
    imports = {path: {*imports_of(path), *types_of(path)} for path in JAVASCRIPT}
    try:
        tuple(TopologicalSorter(imports).static_order())
    except CycleError as circle:
        pytest.fail(" → ".join(path.name for path in circle.args[1]))


@pytest.mark.parametrize("path", JAVASCRIPT, ids=name_of)
def test_a_script_is_checked_and_can_be_hashed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n")
    assert not re.search(r"^\s*export\s[^;=(]*\sfrom\b", text, re.MULTILINE), "`export … from` is hashed wrongly"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in JAVASCRIPT
        if path.relative_to(ROOT / "static/js").parts[0] in {"document", "protocol", "sync", "session", "drafts"}
    ],
    ids=name_of,
)
def test_a_pure_script_touches_no_browser_no_clock_no_chance(path: Path) -> None:
    found = IMPURE.search(COMMENT.sub("", path.read_text(encoding="utf-8")))
    assert found is None, found


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_page_loads_only_what_is_ours_and_runs_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text), "nothing comes from elsewhere"
    assert not re.search(r"""<[^>]*\son[a-z]+\s*=""", text), "no handlers in attributes"
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes, "no inline script"


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_a_style_loads_only_what_is_ours(path: Path) -> None:
    assert not re.search(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", path.read_text(encoding="utf-8"))
