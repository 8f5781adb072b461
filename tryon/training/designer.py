"""Training of the designer: its outline, cloth and drape generators, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from tryon.errors import BadRequestError
from tryon.models.weights import save_weights
from tryon.settings import REPOSITORY, setting
from tryon.training.designer_data import Round
from tryon.training.runlog import RunLog

COMMAND = "python -m tryon train designer"
PARTS = ("outline", "cloth", "drape", "folds")


@dataclass(frozen=True)
class DesignerSettings:
    """What one run of the designer's training is made of."""

    data: Path = setting(REPOSITORY / "data" / "designs", "folder of the shards that prepare makes")
    run: Path = setting(Path("runs/designer"), "folder for logs, pictures and checkpoints")
    out: Path = setting(Path("weights"), "folder for design_outline, design_cloth and design_drape.safetensors")
    part: str = setting("all", "outline, cloth, drape, folds or all")
    outline_steps: int = setting(6000, "updates of the outline generator; seconds for a hundred")
    cloth_steps: int = setting(9000, "updates of the cloth generator")
    drape_steps: int = setting(2400, "updates of the drape generator")
    minutes: float = setting(0.0, "stop each part cleanly after so many minutes; 0: when done")
    seed: int = setting(1, "seed of everything random")
    threads: int = setting(0, "CPU threads; 0: all")
    smoke: bool = setting(False, "a run of seconds on a few garments")


def train_designer(settings: DesignerSettings) -> dict[str, float]:
    """Train the parts asked for and write their weights; returns the figures of each.

    Raises:
        BadRequestError: an unknown part, or the shards are not there.
    """
    s = settings
    if s.part not in (*PARTS, "all"):
        raise BadRequestError(f"There is no part {s.part!r}. Use one of {', '.join(PARTS)}, all.")
    if s.threads:
        torch.set_num_threads(s.threads)
    figures: dict[str, float] = {}
    for part in PARTS if s.part == "all" else (s.part,):
        folder = s.run / part
        log = RunLog(folder, s)
        how = Round(s.minutes, s.seed, s.smoke, log)
        net: torch.nn.Module
        if part == "outline":
            from tryon.training.designer_outline import train_outline

            net, found = train_outline(s.data, folder, 20 if s.smoke else s.outline_steps, how)
        elif part == "cloth":
            from tryon.training.designer_cloth import train_cloth

            net, found = train_cloth(s.data, folder, 2 if s.smoke else s.cloth_steps, how)
        elif part == "folds":
            from tryon.training.designer_folds import collect_folds

            net, found = collect_folds(s.data, how)
        else:
            from tryon.training.designer_drape import train_drape

            net, found = train_drape(s.data, folder, 2 if s.smoke else s.drape_steps, how)
        log.close()
        target = folder if s.smoke else s.out
        save_weights(target / f"design_{part}.safetensors", net, params=net.params, command=COMMAND, figures=found)
        figures |= {f"{part}_{name}": value for name, value in found.items()}
    return figures
