"""Static files: each address composed once; outside the trial with hashed names, compressed once."""

from functools import lru_cache

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


def _without_source_maps(patterns):
    """The storage's rewriting rules, less those for source maps; a rule is a pattern or (pattern, template)."""
    for glob, rules in patterns:
        kept = tuple(rule for rule in rules if "sourceMappingURL" not in str(rule))
        if kept:
            yield glob, kept


class _ComposedOnce:
    """A page names some six files, and where a file is does not change while the program runs."""

    @lru_cache(maxsize=512)  # noqa: B019 - one storage, as long as the process
    def url(self, name, *args):
        return super().url(name, *args)


class TrialFiles(_ComposedOnce, StaticFilesStorage):
    """As they are."""


class StaticFiles(_ComposedOnce, CompressedManifestStaticFilesStorage):
    """Leaves source maps alone: the kit's style sheet names one that is not vendored, and the manifest would stop there."""

    patterns = tuple(_without_source_maps(CompressedManifestStaticFilesStorage.patterns))
