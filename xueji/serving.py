"""gunicorn's settings, the same wherever the pages are served: ``--config python:xueji.serving``."""

import os

wsgi_app = "xueji.wsgi"
worker_class = "xueji.web_worker.WholeRequests"
threads = 4
# Seconds: a process whose loop stands still is replaced; begun requests are finished at a stop.
timeout, graceful_timeout = 60, 15
backlog = 2048
# Where the processes show that they live: in memory, never on a slow disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"  # noqa: S108
control_socket_disable = True
