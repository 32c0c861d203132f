"""The drill that backs up, destroys and restores, run for real on a database of its own."""

import os
import subprocess
import sys
from pathlib import Path

from trial import embedded

ROOT = Path(embedded.__file__).resolve().parent.parent


def test_the_drill_restores_what_was_written_and_says_what_was_lost(tmp_path):
    environment = {"PATH": os.environ["PATH"], "XUEJI_VAR": str(tmp_path / "var")}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", "trial.restore_drill"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "数据页与索引检查：完好" in result.stdout
    assert "审计链检查：完好" in result.stdout
    assert "恢复用时" in result.stdout
    assert not (tmp_path / "var" / "drill").exists()
