"""Training by several processes, one for each GPU (or core): ``torchrun --nproc_per_node=2 -m tryon train parser``.

Each process draws other examples (its seed is its own), gradients are averaged before each step, and process 0 alone
writes. Plain all-reduce rather than a wrapper around the network: a GAN's two networks take turns, and names of weights
stay as they are. The mean over processes of gradients of equal batches is the gradient of the whole batch (Goyal et al.
2017, arXiv 1706.02677, 2.1).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

PATIENCE = timedelta(minutes=30)  # process 0 validates meanwhile


@dataclass(frozen=True)
class Team:
    """The processes that train together. rank: this one's number. size: how many."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    def own_folder(self, folder: Path) -> Path:
        """The run's folder for process 0; for the others one that is thrown away."""
        return folder if self.leads else Path(tempfile.mkdtemp(prefix="tryon-training-"))

    def seed(self, seed: int) -> int:
        """A seed of this process's own; the run's own for process 0."""
        return seed + 1_000_003 * self.rank

    def average_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace gradients by their mean over all processes; call it between ``backward`` and the step."""
        if self.size == 1:
            return
        # a parameter without a gradient here may have one elsewhere: all send the same number of values
        grads = []
        for parameter in parameters:
            if not parameter.requires_grad:
                continue
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            grads.append(parameter.grad)
        flat = torch.cat([grad.reshape(-1).float() for grad in grads])  # one message instead of hundreds
        dist.all_reduce(flat)
        flat /= self.size
        at = 0
        for grad in grads:
            grad.copy_(flat[at : at + grad.numel()].view_as(grad))
            at += grad.numel()

    @torch.no_grad()
    def same_start(self, *modules: torch.nn.Module) -> None:
        """Give all processes the weights and statistics of process 0."""
        if self.size == 1:
            return
        for module in modules:
            for value in module.state_dict().values():
                dist.broadcast(value, 0)

    @torch.no_grad()
    def average_statistics(self, module: torch.nn.Module) -> None:
        """Replace running statistics (batch norm) by their mean over all processes."""
        if self.size == 1:
            return
        buffers = [value for value in module.buffers() if value.is_floating_point()]
        if not buffers:
            return
        flat, at = torch.cat([value.reshape(-1).float() for value in buffers]), 0
        dist.all_reduce(flat)
        for value in buffers:
            value.copy_((flat[at : at + value.numel()] / self.size).view_as(value))
            at += value.numel()

    def agree(self, wish: bool) -> bool:
        """Whether any process wishes to stop: all then do, at the same step."""
        if self.size == 1:
            return wish
        flag = torch.tensor(float(wish), device="cuda" if dist.get_backend() == "nccl" else "cpu")
        dist.all_reduce(flag)
        return bool(flag > 0)

    def close(self) -> None:
        """Wait for the others and end the team."""
        if self.size > 1:
            dist.barrier()
            dist.destroy_process_group()


def gather_team(device: str, environment: Mapping[str, str] | None = None) -> tuple[Team, str]:
    """Join the processes that ``torchrun`` has started; a team of one without it.

    Args:
        device: cpu or cuda.
        environment: the process's own by default.

    Returns:
        The team, and this process's device: a GPU each.
    """
    said: Mapping[str, Any] = os.environ if environment is None else environment
    size = int(said.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team(), device
    if device.startswith("cuda"):
        device = f"cuda:{said.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo", timeout=PATIENCE)
    return Team(dist.get_rank(), size), device
