"""Groups are compared with all others: planted differences are found, chance is not."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.evaluation.fairness import GROUPS, METRICS, as_markdown, compare_groups, worst_groups

PEOPLE = 200


def measured(planted: float) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, str]]]:
    """People of two sexes and four tones; the darkest have skin that is off by ``planted`` more."""
    rng = np.random.default_rng(3)
    rows, people = {}, {}
    for n in range(PEOPLE):
        tone = ("light", "olive", "brown", "dark")[n % 4]
        people[str(n)] = {
            "skin_tone": tone, "sex": ("female", "male")[n // 4 % 2], "build": "average", "age_group": "young",
        }  # fmt: skip
        rows[str(n)] = {
            "parsing": float(rng.normal(0.7, 0.05)),
            "pose": float(rng.normal(5, 1)),
            "likeness": float(rng.normal(4, 0.5)),
            "skin": float(rng.normal(6, 1)) + planted * (tone == "dark") if n % 3 else np.nan,
        }
    return rows, people


def test_a_group_that_is_served_worse_is_found_and_nothing_else() -> None:
    table = compare_groups(*measured(3.0))
    assert list(table) == list(GROUPS)
    dark = table["skin_tone"]["dark"]
    assert dark.people == PEOPLE // 4
    middle, low, high = dark.difference["skin"]
    assert low < 3.0 < high
    assert middle == pytest.approx(3.0, abs=0.6)
    assert worst_groups(table)[0][:3] == ("skin_tone", "dark", "skin")
    assert "**" in next(line for line in as_markdown(table).splitlines() if "dark" in line)


def test_chance_alone_names_hardly_anybody() -> None:
    table = compare_groups(*measured(0.0))
    told = [group.difference for groups in table.values() for group in groups.values()]
    assert len(worst_groups(table)) <= 0.15 * sum(len(d) for d in told) + 1
    assert table["build"]["average"].difference == {}  # there is nobody else


def test_more_overlap_is_better_and_more_distance_is_worse() -> None:
    rows, people = measured(0.0)
    for name, row in rows.items():
        row["parsing"] -= 0.2 * (people[name]["sex"] == "male")
    assert ("sex", "male", "parsing") in [w[:3] for w in worst_groups(compare_groups(rows, people))]
    assert ("sex", "female", "parsing") not in [w[:3] for w in worst_groups(compare_groups(rows, people))]


def test_every_metric_has_a_column_and_nobody_is_refused() -> None:
    lines = as_markdown(compare_groups(*measured(0.0))).splitlines()
    assert all(metric in lines[0] for metric in METRICS)
    assert len({line.count("|") for line in lines}) == 1
    with pytest.raises(BadRequestError, match="Nobody was measured"):
        compare_groups({}, {})
