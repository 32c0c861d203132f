"""A template's source cut into what is read and what is not: sentences for the catalogue, the rest left as it stands.

The marks of a sentence in the catalogue: ``{{ … }}`` is the template's own variable, kept letter by letter; ``<1>…</1>``
is an element inside the sentence, ``<1/>`` one without content, numbered in the order of the Chinese.
"""

import re
from collections.abc import Callable

from django.template.base import tag_re

_CJK = re.compile("[\u4e00-\u9fff\u3000-\u3002\u3008-\u3011\uff01-\uff5e“”‘’]")
_LITERAL = re.compile(r'"([^"]*)"' + r"|'([^']*)'")
_COMMENT = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{%\s*chinese\s*%}.*?{%\s*endchinese\s*%}|{#.*?#}", re.DOTALL
)
# Not read by anybody: a comparison, an address, the name of a part.
_SILENT = frozenset(["if", "elif", "url", "load", "static", "block", "extends", "ifchanged"])
_MARKUP = re.compile(r"(<!--.*?-->|<(script|style)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\s(?:title|alt|placeholder|value|label|aria-label|data-[\w-]+)=")([^"]*)(")')
_INLINE = frozenset(
    ["a", "abbr", "b", "br", "code", "em", "i", "kbd", "small", "span", "strong", "sub", "sup", "time"]
)
_NAME = re.compile(r"</?\s*([\w-]+)")
_NUMBERED = re.compile(r"<(/?)(\d+)(/?)>")
# One character stands for one template token while the markup is read: no token can then be taken for markup.
_FIRST = 0xF0000
_TOKEN = re.compile("[\U000f0000-\U000ffffd]")

Lookup = Callable[[str], str | None]


def has_words(text: str) -> bool:
    """Whether ``text`` holds Chinese letters or punctuation."""
    return bool(_CJK.search(text))


def translated(source: str, lookup: Lookup) -> str:
    """``source`` with each sentence replaced by what ``lookup`` gives for it; None leaves it as it is."""
    return _Source(source, lookup).read()


class _Source:
    def __init__(self, source: str, lookup: Lookup):
        self.lookup = lookup
        self.tokens: list[str] = []
        hidden = _COMMENT.sub(lambda found: self._hide(found[0]), source)
        parts = tag_re.split(hidden)
        self.text = "".join(self._hide(part) if at % 2 else part for at, part in enumerate(parts))

    def _hide(self, token: str) -> str:
        self.tokens.append(token)
        return chr(_FIRST + len(self.tokens) - 1)

    def _shown(self, text: str, literals: bool = False) -> str:
        """The tokens of ``text`` back in their places, ``literals``: what they say themselves translated."""

        def back(found):
            token = self.tokens[ord(found[0]) - _FIRST]
            # A hidden comment may itself hold hidden tokens.
            return self._spoken(token) if literals else self._shown(token)

        return _TOKEN.sub(back, text)

    def _spoken(self, token: str) -> str:
        """A token with the sentences in its string literals translated."""
        name = token[2:-2].split(None, 1)[:1]
        if token.startswith("{#") or _COMMENT.match(token):
            return self._shown(token)
        if token.startswith("{%") and name and name[0] in _SILENT:
            return token

        def literal(found):
            said = found[1] if found[1] is not None else found[2]
            english = self.lookup(said.strip()) if has_words(said) else None
            return found[0] if english is None else f"{found[0][0]}{english}{found[0][0]}"

        return _LITERAL.sub(literal, token)

    def _variable(self, character: str) -> bool:
        return self.tokens[ord(character) - _FIRST].startswith("{{")

    def read(self) -> str:
        done, run = [], []
        for piece in _pieces(self.text):
            if piece.startswith("<"):
                if _inline(piece):
                    run.append(piece)
                    continue
                done += self._run(run)
                run = []
                done.append(self._tag(piece))
                continue
            for part in self._parts(piece):
                if self._breaks(part):
                    done += self._run(run)
                    run = []
                    done.append(self._shown(part, literals=True))
                else:
                    run.append(part)
        return "".join(done + self._run(run))

    def _parts(self, text: str) -> list[str]:
        """``text`` cut at the tokens that are no variables."""
        parts, last = [], 0
        for found in _TOKEN.finditer(text):
            if not self._variable(found[0]):
                parts += [text[last : found.start()], found[0]]
                last = found.end()
        return [part for part in [*parts, text[last:]] if part]

    def _breaks(self, part: str) -> bool:
        return bool(_TOKEN.fullmatch(part)) and not self._variable(part)

    def _tag(self, tag: str) -> str:
        """A tag with the attributes that are read out translated."""
        if tag.startswith("<!--") or tag[1:7].lower() in ("script", "style>", "style "):
            return self._shown(tag)

        def attribute(found):
            parts = self._parts(found[2])
            return found[1] + "".join(self._sentence(part) for part in parts) + found[3]

        return self._shown(_ATTRIBUTE.sub(attribute, tag), literals=True)

    def _run(self, run: list[str]) -> list[str]:
        """Text and inline elements next to each other: one sentence where words stand outside the elements."""
        elements = _elements(run)
        if elements is None:
            return [self._tag(part) if part.startswith("<") else self._sentence(part) for part in run]
        if sum(1 for part in elements if isinstance(part, str) and has_words(part)) and len(elements) > 1:
            return [self._whole(run)]
        done = []
        for part in elements:
            if isinstance(part, str):
                done.append(self._tag(part) if part.startswith("<") else self._sentence(part))
            else:
                done += [self._tag(part[0]), *self._run(part[1:-1]), self._tag(part[-1])]
        return done

    def _whole(self, run: list[str]) -> str:
        """Several parts as one sentence with numbered elements."""
        while run and _outside(run[0]):
            return self._tag_or_text(run[0]) + self._whole(run[1:])
        while run and _outside(run[-1]):
            return self._whole(run[:-1]) + self._tag_or_text(run[-1])
        numbered: list[str] = []
        tags: dict[int, str] = {}
        open_: list[int] = []
        for part in run:
            if not part.startswith("<"):
                numbered.append(part)
            elif part.startswith("</"):
                numbered.append(f"</{open_.pop()}>")
            else:
                number = 1 + len(tags)
                tags[number] = part
                alone = _alone(part)
                numbered.append(f"<{number}/>" if alone else f"<{number}>")
                open_ += [] if alone else [number]
        said = self._sentence("".join(numbered), whole=True)

        def tag(found):
            name = _name(tags[int(found[2])])
            return f"</{name}>" if found[1] else self._tag(tags[int(found[2])])

        return _NUMBERED.sub(tag, said)

    def _tag_or_text(self, part: str) -> str:
        return self._tag(part) if part.startswith("<") else self._shown(part, literals=True)

    def _sentence(self, text: str, whole: bool = False) -> str:
        """One sentence looked up; the blanks around it stay."""
        if not has_words(_NUMBERED.sub("", text)):
            return self._shown(text, literals=True)
        core = text.strip()
        if not core:
            return self._shown(text)
        start = text.index(core)
        english = self.lookup(" ".join(self._shown(core).split()))
        if english is None:
            return self._shown(text)
        return text[:start] + english + text[start + len(core) :]


def _pieces(text: str) -> list[str]:
    """Markup and text in turn."""
    pieces, last = [], 0
    for found in _MARKUP.finditer(text):
        pieces += [text[last : found.start()], found[0]]
        last = found.end()
    return [piece for piece in [*pieces, text[last:]] if piece]


def _name(tag: str) -> str:
    """What an element is called, as it is written; nothing for a comment and the like."""
    found = _NAME.match(tag)
    return found[1] if found else ""


def _inline(tag: str) -> bool:
    return _name(tag).lower() in _INLINE


def _alone(tag: str) -> bool:
    return tag.endswith("/>") or _name(tag).lower() == "br"


def _outside(part: str) -> bool:
    """Not part of the sentence at its ends: blanks, or an element without content."""
    return part.isspace() or (part.startswith("<") and not part.startswith("</") and _alone(part))


def _elements(run: list[str]) -> list | None:
    """``run`` with each element and all in it as a list; None when one is left open."""
    top: list[str | list[str]] = []
    stack: list[list[str]] = []
    for part in run:
        if part.startswith("</"):
            if not stack or _name(part).lower() != _name(stack[-1][0]).lower():
                return None
            element = [*stack.pop(), part]
            if stack:
                stack[-1] += element
            else:
                top.append(element)
        elif part.startswith("<") and not _alone(part):
            stack.append([part])
        elif stack:
            stack[-1].append(part)
        else:
            top.append(part)
    return None if stack else top
