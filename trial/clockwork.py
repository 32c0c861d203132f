"""``make dev``: the clockwork in one process that begins anew when a file is saved, in place of worker and beat.

Every task of the schedule runs here, one after the other, when its time has come: what a developer waits for (notices,
numbers, tables, printed sheets) happens within seconds, and a traceback stands in the terminal.
"""

import logging
import os
import time

import django
from django.utils import autoreload

log = logging.getLogger(__name__)
SECONDS = 1.0


def turn(entries, now_due) -> int:
    """Run what is due of ``entries``; ``now_due`` tells whether one is. A task that fails stops no other. How many ran."""
    ran = 0
    for entry in entries:
        if now_due(entry):
            try:
                entry.task.apply(throw=True)
            except Exception:
                log.exception("%s failed", entry.name)
            ran += 1
    return ran


class Entry:
    """One line of the schedule, and when it ran last."""

    def __init__(self, app, name: str, line: dict):
        from celery.schedules import maybe_schedule

        self.name, self.task = name, app.tasks[line["task"]]
        self.schedule = maybe_schedule(line["schedule"], app=app)
        self.last = self.schedule.now()

    def due(self) -> bool:
        """Whether its time has come; if so it counts as run."""
        found = self.schedule.is_due(self.last).is_due
        if found:
            self.last = self.schedule.now()
        return found


def loop() -> None:
    """Until the process ends."""
    from xueji.celery import app

    # Each run is told of as started by a worker, every second.
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
    app.loader.import_default_modules()
    entries = [Entry(app, name, line) for name, line in app.conf.beat_schedule.items()]
    while True:
        turn(entries, Entry.due)
        time.sleep(SECONDS)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    django.setup()
    autoreload.run_with_reloader(loop)
