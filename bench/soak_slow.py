"""Who drips stops nobody: 200 heads and 200 bodies for a minute, then 1,000 connections for 20 s (part of ``make soak``).

Against the web server and against the proxy before it, both as they are shipped. ``/health/`` must answer under one
second throughout the first; during the second it may be slow, but must answer. Ends with 1 when it does not.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

from bench import shipped
from bench.drips import Drips, health
from bench.soak import Soak
from trial import embedded

ROOT = Path(embedded.__file__).resolve().parent.parent
# heads, bodies, seconds, longest answer in seconds
LOADS = {"400": (200, 200, 60, 1.0), "1000": (500, 500, 20, 20.0)}


def measured(address, load: tuple, trust=None) -> dict:
    """The answers of /health/ under the load, in seconds; what is wrong is in ``wrong``."""
    heads, bodies, seconds, longest = load
    took, wrong, headers = [], [], {"Host": "localhost"}
    with Drips(address, heads, bodies, tls=trust).running() as drips:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                took.append(health(address, headers, longest, trust))
            except (OSError, ValueError) as error:
                wrong.append(f"{type(error).__name__}: {error}")
            time.sleep(0.2)
        held, cut = len(drips.open), drips.cut
    slow = [round(one, 3) for one in took if one >= longest]
    told = {"asked": len(took), "longest": round(max(took, default=0), 3), "held": held, "cut": cut}
    return told | {"wrong": wrong + [f"slow: {one} s" for one in slow]}


def main() -> None:
    """Start both, load both."""
    var = ROOT / "var" / "soak"
    environment = Soak(var, 0, 0, 0).environment
    (var / "proxy").mkdir(parents=True)
    embedded.ensure(var, durable=False)
    report = {}
    try:
        with (
            shipped.web(os.environ | environment, var) as web,
            shipped.proxy(web, var / "proxy") as (front, trust),
        ):
            for name, load in LOADS.items():
                report[f"web {name}"] = measured(web, load)
                report[f"proxy {name}"] = measured(front, load, trust)
    finally:
        embedded.stop(var)
        shutil.rmtree(var / "proxy", ignore_errors=True)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    sys.exit(1 if any(one["wrong"] for one in report.values()) else 0)


if __name__ == "__main__":
    main()
