"""What the browser is given: nothing newer than Chromium 109 and ES2019, nothing inline."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template

STATIC = settings.BASE_DIR / "static" / "xueji"
TEMPLATES = settings.BASE_DIR / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html"))
SCRIPTS = sorted(STATIC.rglob("*.js"))
STYLES = sorted(STATIC.rglob("*.css"))

TOO_NEW_STYLE = re.compile(r"oklch\(|color-mix\(|light-dark\(|@container|anchor\(|anchor-name|@scope|@layer")
NESTED_STYLE = re.compile(r"^\s*&|\{[^{}@]*\n\s*[.#&:][^;{}]*\{", re.MULTILINE)
TOO_NEW_SCRIPT = re.compile(
    r"\?\.(?!\d)|\?\?|\|\|=|&&=|\.replaceAll\(|\.at\(|Object\.hasOwn|structuredClone|\bawait\b|\d_\d"
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"(?:src|href|action)=[\"']?(?:https?:)?//|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE
)


def named(paths):
    return pytest.mark.parametrize(
        "path", paths, ids=[str(path.relative_to(settings.BASE_DIR)) for path in paths]
    )


def without_comments(text: str) -> str:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@named(STYLES)
def test_own_styles_work_in_chromium_109(path):
    text = without_comments(path.read_text("utf-8"))
    assert not TOO_NEW_STYLE.findall(text)
    flat = re.sub(r"@(media|keyframes|supports)[^{]*\{", "", text)
    assert not NESTED_STYLE.findall(flat)


@named(SCRIPTS)
def test_own_scripts_keep_to_es2019(path):
    text = re.sub(r"^\s*//.*$", "", without_comments(path.read_text("utf-8")), flags=re.MULTILINE)
    assert not TOO_NEW_SCRIPT.findall(text)
    assert not re.findall(r"\beval\(|new Function\(|setAttribute\(\"style\"", text)


@named(PAGES)
def test_templates_hold_no_script_or_style_and_fetch_nothing_from_elsewhere(path):
    text = without_comments(path.read_text("utf-8"))
    assert not INLINE.findall(text)
    assert not ELSEWHERE.findall(text)


@named(PAGES)
def test_templates_compile(path):
    get_template(str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html", "503.html"])
def test_the_pages_for_a_broken_system_need_nothing(name):
    page = get_template(name).render({})
    assert "<h1>" in page
    assert re.search(r'class="lead">[^<]{10,}', page)


def test_manifest_storage_does_not_look_for_source_maps():
    from xueji.static_files import StaticFiles

    assert any(glob == "*.css" for glob, _rules in StaticFiles.patterns)
    assert "sourceMappingURL" not in str(StaticFiles.patterns)
