"""Celery: what runs beside the web, and the whole clockwork as one table."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")

app = Celery("xueji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # A task is acknowledged when done: a killed worker's task runs again, and every task bears that.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=1500,
    task_time_limit=1800,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
    worker_hijack_root_logger=False,
    # Beat's own file only spares repeats; every sweep finds out from the database what is due.
    timezone="Asia/Shanghai",
    enable_utc=True,
)
app.conf.beat_schedule = {
    "relay the outbox": {"task": "ledger.tasks.relay", "schedule": 2.0, "options": {"expires": 10}},
    "sweep deadlines": {
        "task": "reviews.tasks.sweep",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 540},
    },
    "recompute due dates": {
        "task": "reviews.tasks.recompute_due_dates",
        "schedule": crontab(hour=0, minute=10),
    },
    "bring school systems up to date": {
        "task": "orgs.tasks.bring_systems_up_to_date",
        "schedule": crontab(hour=0, minute=2),
    },
    # Every day, so that a week without beat loses nothing; each school is told once a week.
    "remind of offline transfers": {
        "task": "transfers.tasks.remind_offline",
        "schedule": crontab(hour=8, minute=5),
    },
    "clear transfers of graduating grades": {
        "task": "transfers.tasks.clear_graduating",
        "schedule": crontab(hour=0, minute=4),
    },
    "remind of yearly dates": {
        "task": "reviews.tasks.remind_of_yearly_dates",
        "schedule": crontab(hour=8, minute=15),
    },
    "record the promotion": {"task": "students.tasks.record_promotion", "schedule": crontab(minute=5)},
    "remind of suspensions that end": {
        "task": "students.tasks.remind_of_suspensions",
        "schedule": crontab(hour=8, minute=10),
    },
    # Formal numbers are asked for on a page, which never talks to the broker: the row of the batch is the message.
    "issue numbers": {"task": "students.tasks.issue_numbers", "schedule": 5.0, "options": {"expires": 60}},
    # The first that runs after midnight counts; the others find the night counted.
    "count pupils": {"task": "students.tasks.count_pupils", "schedule": crontab(minute=30)},
    "draw sheets": {"task": "students.tasks.draw_sheets", "schedule": 3.0, "options": {"expires": 60}},
    "make exports": {
        "task": "students.tasks.make_exports",
        "schedule": 5.0,
        "options": {"expires": 60},
    },
    "work off imports": {
        "task": "students.tasks.work_off_imports",
        "schedule": 3.0,
        "options": {"expires": 60},
    },
    "check for duplicates": {
        "task": "students.tasks.check_duplicates",
        "schedule": crontab(hour=1, minute=30),
    },
    "check the year's end": {
        "task": "students.tasks.check_year_end",
        "schedule": crontab(hour=1, minute=50),
    },
    # A list that the province's head has sent is answered at once: its row is the message.
    "check the month's late children": {
        "task": "students.tasks.check_late_children",
        "schedule": crontab(),
    },
    "remind of the month's late children": {
        "task": "students.tasks.remind_of_late_months",
        "schedule": crontab(hour="8,20", minute=15),
    },
    "remind of graduation": {
        "task": "students.tasks.remind_of_graduation",
        "schedule": crontab(hour=7, minute=45),
    },
    "remind of verification": {
        "task": "students.tasks.remind_of_verification",
        "schedule": crontab(hour=7, minute=40),
    },
    # Told from Thursday on, each account once a week.
    "warn of the weekly sign-in": {
        "task": "reviews.tasks.warn_of_weekly_login",
        "schedule": crontab(hour=8, minute=20),
    },
    "remind of certificates": {
        "task": "reviews.tasks.remind_of_certificates",
        "schedule": crontab(hour=8, minute=25),
    },
    "seal unused accounts": {
        "task": "orgs.tasks.seal_unused_accounts",
        "schedule": crontab(hour=1, minute=10),
    },
    # On the 1st at 02:00, or when beat is back; a month that has its draft is left alone.
    "draft the month's bulletins": {
        "task": "students.tasks.draft_bulletins",
        "schedule": crontab(minute="0,30"),
        "options": {"expires": 1500},
    },
    "sweep tickets": {
        "task": "tickets.tasks.sweep_tickets",
        "schedule": crontab(minute="15,45"),
        "options": {"expires": 900},
    },
    "clear counts of tries": {"task": "ledger.tasks.clear_counts", "schedule": crontab(minute=25)},
    "sign audit heads": {"task": "ledger.tasks.sign_heads", "schedule": crontab(hour=0, minute=20)},
}
app.autodiscover_tasks()
