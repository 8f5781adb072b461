"""Two processes train as one: the same weights in both, other examples in each, and process 0 alone writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tryon.training.several import Team, gather_team

SCRIPT = """
import os, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
kind, out, averaging = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "averaged"
from tryon.training import generator, parser, several
if not averaging:
    several.Team.average_gradients = lambda self, parameters: None
    several.Team.average_statistics = lambda self, module: None
made = []
seeds = []
draw = several.Team.seed
several.Team.seed = lambda self, seed: seeds.append(draw(self, seed)) or seeds[-1]
if kind == "parser":
    make = parser.new_parser
    parser.new_parser = lambda: made.append(make()) or made[-1]
    parser.train_parser(parser.ParserSettings(smoke=True, run=out / "run", device="cpu"))
else:
    start = generator.GanTrainer.__init__
    def begin(self, *arguments):
        start(self, *arguments)
        made.append(self.generator)
    generator.GanTrainer.__init__ = begin
    generator.train_generator(generator.GeneratorSettings(smoke=True, run=out / "run", device="cpu", height=128))
torch.save({"net": made[0].state_dict(), "seed": seeds[0]}, out / f"rank{os.environ['RANK']}.pt")
"""


def train(kind: str, out: Path, how: str, root: Path) -> list[dict[str, torch.Tensor]]:
    """Run two processes by torchrun; the weights of each at the end."""
    out.mkdir()
    script = out / "train.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", str(script)]
    done = subprocess.run(
        [*command, kind, str(out), how], env=environment, cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = [torch.load(out / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    assert told[0]["seed"] != told[1]["seed"]
    return [each["net"] for each in told]


def differ(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> float:
    return max(float((a[name].float() - b[name].float()).abs().max()) for name in a)


@pytest.mark.skipif(os.name == "nt", reason="gloo's rendezvous by torchrun is of POSIX here")
@pytest.mark.parametrize(
    "kind",
    [
        "parser",
        pytest.param(
            "generator", marks=pytest.mark.skipif(not os.environ.get("TRYON_SLOW"), reason="set TRYON_SLOW=1: a minute")
        ),
    ],
)
def test_two_processes_end_with_the_same_weights(kind: str, tmp_path: Path, root: Path) -> None:
    pytest.importorskip("torch.distributed")
    first, second = train(kind, tmp_path / "together", "averaged", root)
    assert differ(first, second) < 1e-6
    files = {path.name for path in (tmp_path / "together/run").iterdir()}
    assert {"log.csv", "last.pt", "settings.json"} <= files
    rows = (tmp_path / "together/run/log.csv").read_text().splitlines()
    assert len(rows) == 2  # a heading and one validation: process 0's alone
    alone, other = train(kind, tmp_path / "apart", "alone", root)
    assert differ(alone, other) > 1e-4  # each has seen other examples
    assert differ(first, alone) > 1e-4  # and what was averaged is neither's own


def test_one_process_is_a_team_of_one() -> None:
    team, device = gather_team("cpu", {})
    assert (team, device) == (Team(0, 1), "cpu")
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.full((3,), 2.0)
    team.average_gradients([parameter])
    assert parameter.grad.tolist() == [2.0, 2.0, 2.0]
    assert team.agree(True)
    assert not team.agree(False)
    assert team.seed(5) == 5
    assert Team(1, 2).seed(5) != 5
    assert not Team(1, 2).leads
