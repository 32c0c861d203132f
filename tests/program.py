"""Settings of the processes that tests start: the program's own, on the tests' day."""

from tests import ordinary_day

ordinary_day.begin()

from xueji.settings import *  # noqa: E402, F403
