"""Fuzzing: damaged pictures for the decoders, nonsense for the REST interface and the page's own.

    python -m tryon.trials.fuzz pictures --inputs 100000
    python -m tryon.trials.fuzz requests --inputs 20000
    python -m tryon.trials.fuzz pictures --only 4711 --save found.bin

Prints a JSON report; the status is 1 where anything was found. The same seed and number give the same input.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tryon.trials.fuzz_pictures import PictureTrial, PictureTrials
from tryon.trials.watched import watch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its status."""
    parser = argparse.ArgumentParser(prog="python -m tryon.trials.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["pictures", "requests"])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so many; 0: when done")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="make this one alone, in this process")
    parser.add_argument("--save", type=Path, help="file for the picture of --only, or the page's log")
    parser.add_argument("--out", type=Path, help="write the report here too")
    asked = parser.parse_args(arguments)
    if asked.what == "pictures" and asked.only is not None:
        trial = PictureTrial(asked.seed)
        if asked.save:
            asked.save.write_bytes(trial.file(asked.only))
        print(trial(asked.only))
        return 0
    if asked.what == "pictures":
        report = watch(PictureTrials(asked.seed), asked.inputs, first=asked.first, seconds=asked.seconds)
    else:
        from tryon.trials.fuzz_requests import fuzz_requests

        numbers = range(asked.first, asked.first + asked.inputs) if asked.only is None else [asked.only]
        report = fuzz_requests(numbers, seed=asked.seed, seconds=asked.seconds, keep_log=asked.save)
    told = json.dumps(report.told(), indent=1)
    print(told)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(told + "\n", "utf-8")
    return int(report.failed())


if __name__ == "__main__":
    sys.exit(main())
