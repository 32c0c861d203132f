"""Roster and pupil page: where most work on one pupil begins."""
