"""SIGKILL at any moment: the home opens, what was acknowledged answers, nothing is mixed, nothing half done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_mix_nothing() -> None:
    """`make crash` does the same a thousand times; here with every third index cut short as by a power cut."""
    command = ["tests.crash.harness", "--kills", "30", "--seed", "20261130", "--truncate-every", "3"]

    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.stdout, ended.stderr
    report = json.loads(ended.stdout)
    assert report["faults"] == [], ended.stderr
    assert (report["mixed"], report["unopened"], ended.returncode) == (0, 0, 0)
    assert report["kills"] >= 30
    assert report["truncations"] > 0
    assert report["acknowledged"] > 0
    assert report["answered"] > 0
