"""Adversarial training of the outline generator on drawn and photographed garments' outlines: minutes on a CPU.

L_D = -E[log D(x)] - E[log(1 - D(G))] + R1 (Mescheder et al. 2018), L_G = -E[log D(G)] + the distance between the codes
that were asked and those that the outline has: InfoGAN's bound on the mutual information (Chen et al. 2016, eq. 5) with
a Q that need not be learned, since a length can be measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.garment.landmarks import Kind
from tryon.models.design_details import DETAILS, LABEL_NAMES
from tryon.models.designer import OutlineGenerator, OutlineParams
from tryon.models.designer_judges import OutlineJudge
from tryon.models.outline_space import KINDS, OutlineSpace, Space, fit_space, measure, to_coefficients
from tryon.training.designer_data import OutlineSet, Round, kind_of_label, read_outlines
from tryon.training.gan_losses import discriminator_loss, generator_loss
from tryon.training.runlog import Clock, Ema, check_finite

NEAR = 3  # drawn garments among which a photographed one's details are chosen


@dataclass(frozen=True)
class OutlineRows:
    """What training draws from. vector: (M, C + D). label: (M,). codes: (M, CODES). real: (M,)."""

    vector: Tensor
    label: Tensor
    codes: Tensor
    real: NDArray[np.bool_]


class OutlineDesigner(nn.Module):
    """The generator and the space its coefficients live in: what is saved."""

    def __init__(self, params: OutlineParams) -> None:
        super().__init__()
        self.params = params
        self.net = OutlineGenerator(params)
        self.space = OutlineSpace(params.coefficients, params.labels)


def clean(found: OutlineSet, space: Space, most: float = 2.2) -> NDArray[np.bool_]:
    """Outlines (M,) that the drawn garments' components explain to within ``most`` cm: no torn masks."""
    back = to_coefficients(found.points, space) @ space.basis + space.mean
    off = np.abs(back - found.points).reshape(len(back), -1, 2).max(2).mean(1)
    return np.asarray(off < most) & (np.abs(to_coefficients(found.points, space)).max(1) < 6)


def details_of_near(found: OutlineSet, coefficients: NDArray[np.float32], rng: np.random.Generator) -> NDArray:
    """Details (M, D) of all rows: a photographed garment takes those of one of the nearest drawn ones of its label."""
    out = found.details.copy()
    for i in np.flatnonzero(found.real):
        same = np.flatnonzero(~found.real & (found.label == found.label[i]))
        pool = same if len(same) else np.flatnonzero(~found.real)
        order = pool[np.argsort(np.square(coefficients[pool] - coefficients[i]).sum(1))[:NEAR]]
        out[i] = found.details[order[int(rng.integers(len(order)))]]
    return out


def prepare_rows(
    sets: dict[Kind, OutlineSet], params: OutlineParams, rng: np.random.Generator
) -> tuple[OutlineSpace, OutlineRows]:
    """Fit the spaces, drop what is torn, and turn every outline into a vector with its codes."""
    space = OutlineSpace(params.coefficients, params.labels)
    vectors, labels, codes, real = [], [], [], []
    for kind, found in sets.items():
        own = fit_space(found.points[~found.real], params.coefficients)
        keep = ~found.validation & clean(found, own)
        found = OutlineSet(*(getattr(found, f)[keep] for f in OutlineSet.__dataclass_fields__))
        own = fit_space(found.points, params.coefficients)
        coefficients = to_coefficients(found.points, own)
        measured = measure(torch.from_numpy(found.points).view(len(found.points), -1, 2), kind)
        getattr(space, f"mean_{kind}").copy_(torch.from_numpy(own.mean))
        getattr(space, f"basis_{kind}").copy_(torch.from_numpy(own.basis))
        middle = torch.stack([measured[found.label == n].mean(0) if (found.label == n).any() else measured.mean(0)
                              for n in range(params.labels)])  # fmt: skip
        off = measured - middle[torch.from_numpy(found.label)]
        spread = off.std(0).clamp_min(0.3)
        getattr(space, f"spread_{kind}").copy_(spread)
        for n in set(found.label.tolist()):
            space.middle[n] = middle[n]
            own_codes = (off / spread)[found.label == n]
            pick = torch.from_numpy(rng.integers(len(own_codes), size=space.common.shape[1]))
            space.common[n] = own_codes[pick].clamp(-2.5, 2.5)
        vectors.append(np.concatenate([coefficients, details_of_near(found, coefficients, rng)], 1))
        labels.append(found.label)
        codes.append(off / spread)
        real.append(found.real)
    vector = torch.from_numpy(np.concatenate(vectors).astype(np.float32))
    return space, OutlineRows(vector, torch.from_numpy(np.concatenate(labels)), torch.cat(codes), np.concatenate(real))


def asked_codes(space: OutlineSpace, label: Tensor, generator: torch.Generator) -> Tensor:
    """Codes as garments of the label have them, half of them with single sliders moved elsewhere."""
    pick = torch.randint(space.common.shape[1], (len(label),), generator=generator)
    codes = space.common[label, pick].clone()
    moved = torch.rand(codes.shape, generator=generator) < 0.25
    return torch.where(moved, torch.rand(codes.shape, generator=generator) * 4 - 2, codes)


def code_loss(space: OutlineSpace, out: Tensor, codes: Tensor, label: Tensor) -> Tensor:
    """Mean squared difference between asked codes and those of the outlines."""
    c = space.basis_upper.shape[0]
    total = out.new_zeros(())
    for kind in KINDS:
        rows = torch.tensor([kind_of_label(int(n)) == kind for n in label])
        if rows.any():
            had = space.codes(space.points(out[rows, :c], kind), kind, label[rows])
            live = 2 if kind == "skirt" else None  # a skirt has neither rise nor legs
            weight = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0] if live else [1.0] * 5)
            total = total + ((had - codes[rows]).square() * weight).sum()
    return total / (len(out) * codes.shape[1])


def train_outline(data: Path, run: Path, steps: int, how: Round) -> tuple[OutlineDesigner, dict[str, float]]:
    """Train; returns the averaged generator and its figures.

    The figures: code_error, how far the measured codes are from the asked ones (spreads); precision and recall of
    outlines among real ones in the space of coefficients (Kynkaanniemi et al. 2019, k = 3).
    """
    from tryon.evaluation.manifolds import precision_recall

    rng = np.random.default_rng(how.seed)
    torch.manual_seed(how.seed)
    generator = torch.Generator().manual_seed(how.seed)
    params = OutlineParams(details=len(DETAILS), labels=len(LABEL_NAMES))
    space, rows = prepare_rows(read_outlines(data, 1 if how.smoke else None), params, rng)
    print(f"{len(rows.vector)} outlines, {int(rows.real.sum())} of photos", flush=True)
    designer = OutlineDesigner(params)
    designer.space = space
    net, judge = designer.net, OutlineJudge(params)
    g_opt = torch.optim.Adam(net.parameters(), 1e-3, (0.0, 0.99))
    d_opt = torch.optim.Adam(judge.parameters(), 1e-3, (0.0, 0.99))
    ema, clock, started = Ema(net, 0.999), Clock(how.minutes), time.monotonic()
    batch, eye = 128, torch.eye(params.labels)
    weight = _balance(rows)
    figures: dict[str, float] = {}

    def fake(count: int, source: OutlineGenerator) -> tuple[Tensor, Tensor, Tensor]:
        pick = torch.multinomial(weight, count, replacement=True, generator=generator)
        label = rows.label[pick]
        codes = asked_codes(space, label, generator)
        z = torch.randn(count, params.latent, generator=generator)
        return source(z, codes, eye[label]), codes, label

    for step in range(1, steps + 1):
        pick = torch.multinomial(weight, batch, replacement=True, generator=generator)
        noise = 0.02 * torch.randn(batch, rows.vector.shape[1], generator=generator)
        real, label = rows.vector[pick] + noise, eye[rows.label[pick]]
        real.requires_grad_(True)
        with torch.no_grad():
            made, _, made_label = fake(batch, net)
        made = made + 0.02 * torch.randn(made.shape, generator=generator)
        on_real = judge(real, label)
        d_loss = discriminator_loss(on_real, judge(made, eye[made_label]))
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        (d_loss + 0.5 * 0.5 * slope.square().sum(1).mean()).backward()
        d_opt.step()
        d_opt.zero_grad()
        made, codes, made_label = fake(batch, net)
        noisy = made + 0.02 * torch.randn(made.shape, generator=generator)
        adversarial = generator_loss(judge(noisy, eye[made_label]))
        asked = code_loss(space, made, codes, made_label)
        (adversarial + 2.0 * asked).backward()
        g_opt.step()
        g_opt.zero_grad()
        d_opt.zero_grad()
        ema.update(net)
        if step % max(1, steps // 20) == 0 or clock.over():
            check_finite(step, {"d": d_loss.item(), "g": adversarial.item()})
            average = OutlineGenerator(params)
            average.load_state_dict(ema.state)
            with torch.no_grad():
                made, codes, made_label = fake(1000, average)
                error = float(code_loss(space, made, codes, made_label)) ** 0.5
            c = params.coefficients
            real_c = rows.vector[torch.from_numpy(rows.real), :c] if rows.real.sum() > 50 else rows.vector[:, :c]
            precision, recall = precision_recall(real_c[:1500].numpy(), made[:, :c].numpy())
            figures = {"d": d_loss.item(), "g": adversarial.item(), "code_error": error, "precision": precision,
                       "recall": recall, "seconds": time.monotonic() - started}  # fmt: skip
            how.log.scalars(step, figures)
        if clock.over():
            break
    designer.net.load_state_dict(ema.state)
    return designer, figures


def _balance(rows: OutlineRows) -> Tensor:
    """Labels alike, photos and drawings alike within a label as far as there are both."""
    weight = torch.zeros(len(rows.label))
    real = torch.from_numpy(rows.real)
    for n in rows.label.unique():
        for kind in (True, False):
            mine = (rows.label == n) & (real == kind)
            if mine.any():
                weight[mine] = 1.0 / int(mine.sum())
    return weight


__all__ = ["OutlineDesigner", "prepare_rows", "train_outline"]
