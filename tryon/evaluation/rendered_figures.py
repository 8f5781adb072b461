"""What MediaPipe makes of rendered people: how many it finds, and where its joints lie against the bones.

``python -m tryon.evaluation.rendered_figures --records data/records`` prints a table as Markdown.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tryon.geometry.crops import (
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    R_ANKLE,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
)
from tryon.synth.record import HALF, Record
from tryon.synth.shards import RecordStore

# joint -> (bone, MediaPipe's number) of both sides
JOINTS = {
    "shoulder": (("upperarm01.L", L_SHOULDER), ("upperarm01.R", R_SHOULDER)),
    "elbow": (("lowerarm01.L", L_ELBOW), ("lowerarm01.R", R_ELBOW)),
    "wrist": (("wrist.L", L_WRIST), ("wrist.R", R_WRIST)),
    "hip": (("upperleg01.L", L_HIP), ("upperleg01.R", R_HIP)),
    "knee": (("lowerleg01.L", L_KNEE), ("lowerleg01.R", R_KNEE)),
    "ankle": (("foot.L", L_ANKLE), ("foot.R", R_ANKLE)),
}


@dataclass
class PoseFigures:
    """Counts and offsets gathered over pictures.

    found: pose family to (found, all). offsets: joint to rows (outwards, down) of MediaPipe's place less the bone's, in
    torso lengths; outwards is away from the body's middle line.
    """

    found: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    offsets: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def share(self) -> float:
        """Share of all pictures in which a person was found."""
        return sum(f for f, _ in self.found.values()) / max(sum(n for _, n in self.found.values()), 1)

    def table(self) -> str:
        """Markdown."""
        lines = [f"Found: {self.share:.1%} of {sum(n for _, n in self.found.values())} pictures", ""]
        lines += ["| pose | found | pictures |", "|---|---|---|"]
        lines += [f"| {family} | {f / n:.1%} | {n} |" for family, (f, n) in sorted(self.found.items())]
        lines += ["", "| joint | outwards | down | spread (both) | error |", "|---|---|---|---|---|"]
        for joint, rows in self.offsets.items():
            at = np.array(rows) * 100
            mean, spread = at.mean(0), at.std(0).mean()
            error = np.median(np.linalg.norm(at, axis=1))
            lines.append(f"| {joint} | {mean[0]:+.1f}% | {mean[1]:+.1f}% | {spread:.1f}% | {error:.1f}% |")
        return "\n".join(lines)


def add_record(figures: PoseFigures, record: Record) -> None:
    """Count one record's pictures."""
    bones = {name: np.array(xy) for name, xy in record.joints_px.items()}
    shoulders = (bones["upperarm01.L"] + bones["upperarm01.R"]) / 2
    hips = (bones["upperleg01.L"] + bones["upperleg01.R"]) / 2
    torso = max(float(np.linalg.norm(shoulders - hips)), 1.0)
    for pose in record.pose.values():
        count = figures.found[str(record.meta["pose"])]
        count[1] += 1
        if pose is None:
            continue
        count[0] += 1
        for joint, sides in JOINTS.items():
            for bone, number in sides:
                at = bones[bone]
                inside = (at > 4).all() and at[0] < HALF[1] - 4 and at[1] < HALF[0] - 4
                if not inside or pose[number, 3] < 0.5:
                    continue  # outside the picture or hidden: MediaPipe guesses
                shift = (pose[number, :2] - at) / torso
                side = np.sign(at[0] - shoulders[0]) or 1.0
                figures.offsets[joint].append((float(shift[0] * side), float(shift[1])))


def pose_figures(records: Iterable[Record]) -> PoseFigures:
    """Figures over records; see ``PoseFigures``."""
    figures = PoseFigures()
    for record in records:
        add_record(figures, record)
    return figures


def main() -> None:
    """Print the table for a folder of shards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, default=Path("data/records"))
    parser.add_argument("--count", type=int, default=2000, help="records, spread evenly")
    args = parser.parse_args()
    store = RecordStore(args.records)
    numbers = np.unique(np.linspace(0, len(store) - 1, min(args.count, len(store))).astype(int))
    print(pose_figures(store[int(k)][0] for k in numbers).table())


if __name__ == "__main__":
    main()
