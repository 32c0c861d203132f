"""Everything on one machine: embedded servers, ``make run``, ``make dev``, the restore drill."""
