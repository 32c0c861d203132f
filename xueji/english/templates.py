"""The template backend: each page twice, as written in Chinese and, for readers of English, through the catalogue.

A page in Chinese costs nothing for this: the English templates are translated when they are first loaded and kept. The
language is switched only while a page is rendered; whatever a view computes, stores or sends is Chinese.
"""

from django.template.backends.django import DjangoTemplates
from django.template.loaders import app_directories, filesystem
from django.utils import translation

from web.words import ENGLISH, in_english
from xueji.english.segments import translated


def catalogued(sentence: str) -> str | None:
    """The English of a template's sentence, None where the catalogue has none."""
    with translation.override(ENGLISH):
        found = translation.gettext(sentence)
    return None if found == sentence else found


class _Translated:
    def get_contents(self, origin):
        return translated(super().get_contents(origin), catalogued)


class FileLoader(_Translated, filesystem.Loader):
    """The project's templates, in English."""


class AppLoader(_Translated, app_directories.Loader):
    """The applications' templates, in English."""


class Bilingual(DjangoTemplates):
    """Django's backend with a second set of the same templates."""

    def __init__(self, params):
        super().__init__({**params, "OPTIONS": dict(params["OPTIONS"])})
        loaders = [(f"{__name__}.FileLoader", list(self.dirs)), f"{__name__}.AppLoader"]
        cached = [("django.template.loaders.cached.Loader", loaders)]
        options = {**params["OPTIONS"], "loaders": cached}
        self.english = DjangoTemplates({**params, "APP_DIRS": False, "OPTIONS": options})

    def get_template(self, template_name):
        return _Page(super().get_template(template_name), self.english)


class _Page:
    def __init__(self, chinese, english: DjangoTemplates):
        self.chinese, self.english = chinese, english

    def __getattr__(self, name):
        return getattr(self.chinese, name)

    def render(self, context=None, request=None) -> str:
        """The page in the language of the reader of ``request``; without one in Chinese."""
        if not getattr(request, "reads_english", False):
            return self.chinese.render(context, request)
        page = self.english.get_template(self.chinese.template.name)
        with in_english():
            return page.render(context, request)
