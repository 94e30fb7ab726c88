"""A short `make chaos`: nothing acknowledged is lost, and the run would notice if it were."""

from pathlib import Path

import pytest

from tests.chaos.run import EARLY_ANSWER, LAZY_DISK, THE_PRODUCT, Build, run


def test_nothing_that_was_acknowledged_is_lost_through_kills_and_restarts(tmp_path: Path) -> None:
    verdict = run(THE_PRODUCT, tmp_path, seconds=25, seed=1)
    assert not verdict.faults, verdict
    assert verdict.acknowledged > 100, verdict
    assert len(verdict.killed) >= 4, verdict


@pytest.mark.parametrize("build", [EARLY_ANSWER, LAZY_DISK], ids=lambda build: build.name)
def test_a_build_that_loses_events_is_caught(tmp_path: Path, build: Build) -> None:
    verdict = run(build, tmp_path, seconds=15, seed=1)
    assert any("acknowledged events are lost" in fault for fault in verdict.faults), verdict
