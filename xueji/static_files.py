"""Static files outside the trial: hashed names, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


def _without_source_maps(patterns):
    """The storage's rewriting rules, less those for source maps; a rule is a pattern or (pattern, template)."""
    for glob, rules in patterns:
        kept = tuple(rule for rule in rules if "sourceMappingURL" not in str(rule))
        if kept:
            yield glob, kept


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Leaves source maps alone: the kit names one that its wheel does not carry, and the manifest would stop there."""

    patterns = tuple(_without_source_maps(CompressedManifestStaticFilesStorage.patterns))
