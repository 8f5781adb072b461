"""Runs a trial again and again in a process of its own, so that a crash, a hang or a leak is seen from outside."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tryon.trials.resources import resident_mb, work_seconds

HANG_SECONDS = 20.0  # of work in one trial; the slowest honest file takes under two seconds
STUCK_SECONDS = 300.0  # without an end, also where it does not work: others may have the processor
SAY_EVERY = 20_000  # trials
SAMPLE_EVERY = 500  # trials between two looks at the memory
LEAK_MB = 48.0  # between the second quarter of the samples and the last: allocators breathe by about 20

Trial = Callable[[int], str]  # a number -> what came of it, in a word; raises where something is wrong


@dataclass
class Report:
    """What became of the trials.

    outcomes: how often each. findings: number of the trial and what was wrong. memory_mb: resident, in order.
    slowest_s: of work in one trial. seconds: of all.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, str]] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: int = -1
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """How many trials were made."""
        return sum(self.outcomes.values()) + len(self.findings)

    @property
    def growth_mb(self) -> float:
        """How much more memory is held in the last quarter than in the second; the first one warms up."""
        return growth(self.memory_mb)

    def failed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.findings) or self.growth_mb > LEAK_MB

    def told(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "inputs": self.count,
            "findings": [{"number": number, "what": what} for number, what in self.findings],
            "outcomes": dict(self.outcomes.most_common()),
            "memory_mb": {"first": self.memory_mb[:1], "last": self.memory_mb[-1:], "growth": round(self.growth_mb, 1)},
            "slowest": {"number": self.slowest, "seconds": round(self.slowest_s, 2)},
            "seconds": round(self.seconds, 1),
        }


def growth(samples_mb: list[float]) -> float:
    """Median of the last quarter of the samples less that of the second; 0 where there are under eight."""
    quarter = len(samples_mb) // 4
    if quarter < 2:
        return 0.0
    early, late = sorted(samples_mb[quarter : 2 * quarter]), sorted(samples_mb[-quarter:])
    return late[len(late) // 2] - early[len(early) // 2]


def watch(
    make_trial: Callable[[], Trial], count: int, *, first: int = 0, seconds: float = 0.0, hang_s: float = HANG_SECONDS
) -> Report:
    """Make trials ``first`` to ``first + count - 1``; one that crashes or hangs is noted and the next one begun.

    Args:
        make_trial: called once in each process; must be importable by name.
        count: of trials.
        first: number of the first.
        seconds: stop after so many; 0: when done.
        hang_s: a trial that takes longer is a finding.
    """
    context = multiprocessing.get_context("spawn")
    report, started, number, last = Report(), time.monotonic(), first, first + count
    while number < last and not (seconds and time.monotonic() - started > seconds):
        end = time.monotonic() + seconds - (time.monotonic() - started) if seconds else float("inf")
        number = _one_process(context, make_trial, number, last, end, hang_s, report)
    report.seconds = time.monotonic() - started
    return report


def _one_process(
    context: Any, make_trial: Callable[[], Trial], number: int, last: int, end: float, hang_s: float, report: Report
) -> int:
    """Make trials until one kills the process, all are done or the time is up; the number to go on from."""
    state = context.Array("d", [number, 0.0, 0.0])  # the trial at work, when it began, and its process's work before
    results = context.Queue()
    process = context.Process(target=_work, args=(make_trial, number, last, state, results), daemon=True)
    process.start()
    try:
        while True:
            _gather(results, report)
            at, began = int(state[0]), state[1]
            if not process.is_alive():
                _gather(results, report)
                if process.exitcode == 0:
                    return last
                report.findings.append((int(state[0]), f"the process ended with status {process.exitcode}"))
                return int(state[0]) + 1
            worked = work_seconds(process.pid) - state[2]
            if began and (worked > hang_s or time.monotonic() - began > STUCK_SECONDS) and at == int(state[0]):
                report.findings.append((at, f"not done after {worked:.0f} s of work"))
                return at + 1
            if time.monotonic() > end:
                return last
            time.sleep(0.05)
    finally:
        process.kill()
        process.join(10)
        _gather(results, report)


def _gather(results: Any, report: Report) -> None:
    while True:
        try:
            outcomes, findings, memory, slowest = results.get_nowait()
        except Exception:  # empty; or cut off where the process was killed while it wrote
            return
        report.outcomes.update(outcomes)
        report.findings += findings
        report.memory_mb += memory
        if report.count // SAY_EVERY > (report.count - sum(outcomes.values())) // SAY_EVERY:
            print(f"{report.count} made, {len(report.findings)} found", file=sys.stderr, flush=True)
        if slowest[0] > report.slowest_s:
            report.slowest_s, report.slowest = slowest


def _work(make_trial: Callable[[], Trial], first: int, last: int, state: Any, results: Any) -> None:
    """In the process: make trials and tell of them in bundles."""
    trial = make_trial()
    outcomes: Counter[str] = Counter()
    findings: list[tuple[int, str]] = []
    slowest, parent = (0.0, -1), os.getppid()
    for number in range(first, last):
        if os.getppid() != parent:  # who watched has been killed
            return
        began = time.monotonic()
        state[0], state[2], state[1] = number, time.process_time(), began
        try:
            outcomes[trial(number)] += 1
        except Exception as error:
            findings.append((number, f"{type(error).__name__}: {error}"[:500]))
        slowest = max(slowest, (time.process_time() - state[2], number))
        done = number + 1 - first
        if done % SAMPLE_EVERY == 0 or findings or number == last - 1:
            memory = [resident_mb()] if done % SAMPLE_EVERY == 0 else []
            state[1] = 0.0
            results.put((outcomes, findings, memory, slowest))
            outcomes, findings, slowest = Counter(), [], (0.0, -1)
    results.close()
    results.join_thread()
