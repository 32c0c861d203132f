"""``make dev``: the schedule in one process."""

import logging
from datetime import timedelta

from trial.clockwork import Entry, turn
from xueji.celery import app


class Task:
    def __init__(self, trouble=None):
        self.ran, self.trouble = 0, trouble

    def apply(self, throw):
        self.ran += 1
        if self.trouble:
            raise self.trouble


class Line:
    def __init__(self, name, task):
        self.name, self.task = name, task


def test_what_is_due_runs_and_one_that_fails_stops_no_other(caplog):
    broken, well, later = Task(ValueError("no")), Task(), Task()
    lines = [Line("broken", broken), Line("well", well), Line("later", later)]
    with caplog.at_level(logging.ERROR):
        assert turn(lines, lambda line: line.task is not later) == 2
    assert (broken.ran, well.ran, later.ran) == (1, 1, 0)
    assert "broken failed" in caplog.text
    assert "ValueError: no" in caplog.text


def test_every_line_of_the_schedule_has_its_time():
    app.loader.import_default_modules()
    for name, line in app.conf.beat_schedule.items():
        entry = Entry(app, name, line)
        assert not entry.due(), name
        entry.last -= timedelta(days=8)
        assert entry.due(), name
        assert not entry.due(), name
