"""A process of its own that writes rows of the bulk: Django is set up before anything of the program is imported."""

import pickle


def begin(plan: bytes) -> None:
    """``plan``: the pickled plan; its classes can be read only once the models stand."""
    import django

    django.setup()
    from demo import bulk_rows

    bulk_rows.prepare(pickle.loads(plan))  # noqa: S301 - from the parent process, nobody else


def rows(start: int) -> tuple[dict[str, bytes], int]:
    """The chunk that begins at ``start``."""
    from demo import bulk_rows

    return bulk_rows.rows(start)
