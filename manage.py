#!/usr/bin/env python
"""Run an administrative command. In a trial the embedded servers run for as long as the command does."""

import os
import sys
from contextlib import nullcontext

# Commands may work longer than a page may: a migration or a load is not cut off after seconds.
os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "3600000")
os.environ.setdefault("DB_LOCK_TIMEOUT_MS", "60000")
os.environ.setdefault("DB_IDLE_TIMEOUT_MS", "3600000")
WITHOUT_SERVERS = {
    "check",
    "help",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "version",
    "--version",
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from trial import embedded

    needed = settings.TRIAL and len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVERS
    try:
        with embedded.held(settings.VAR) if needed else nullcontext():
            execute_from_command_line(sys.argv)
    except embedded.ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
