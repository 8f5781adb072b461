"""The live network's training: examples, lessons used again, losses, and a whole run of seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import WeightsError
from tryon.models.generator import Generator, GeneratorParams
from tryon.models.inputs import GENERATOR_CHANNELS
from tryon.models.live import COARSE_CHANNELS, FINE_CHANNELS, REGION, LiveNet, LiveParams
from tryon.models.live_drawing import LiveDrawer
from tryon.models.weights import read_weights, save_weights
from tryon.training import live
from tryon.training.generator_data import make_example
from tryon.training.live import LiveTrainer, LiveTrainSettings, rate_factor, train_live
from tryon.training.live_data import LiveBatch, LiveBatches, laid_pair_example, stack_live
from tryon.training.live_lessons import Lesson, LessonPool, Teacher
from tryon.training.live_losses import bending, cover_loss, divergence, picture_of, trusted
from tryon.training.pairs import Pair
from tryon.training.people_data import PersonRecord
from tryon.training.prepare_pairs import NODES

MakeRecord = Callable[[np.random.Generator], PersonRecord]
SMALL = GeneratorParams(channels=(8, 8, 16, 16, 16))


def _pair(make_pair: Callable[[], Pair], shift: float = 0.0) -> Pair:
    """The drawn pair, its coarse warp laying the garment where it is, or aside by FRAME pixels."""
    ys, xs = np.mgrid[0 : NODES[0], 0 : NODES[1]].astype(np.float32)
    return replace(make_pair(), flows=np.stack([(xs + 0.5) * 8 - 0.5 + shift, (ys + 0.5) * 8 - 0.5], -1)[None])


def _batch(make_record: MakeRecord, make_pair: Callable[[], Pair] | None = None) -> LiveBatch:
    rng = np.random.default_rng(3)
    records = [make_record(rng) for _ in range(2)]
    examples = [(make_example(r, records, rng, 64, 64), True) for r in records]
    if make_pair is not None:
        examples.append((laid_pair_example(_pair(make_pair), rng, 64, 64), False))
    return stack_live(examples)


def test_laid_pairs_lie_where_the_coarse_warp_says(make_pair: Callable[[], Pair]) -> None:
    rng = np.random.default_rng(0)
    centres = []
    for shift in (0.0, 32.0):
        e = laid_pair_example(_pair(make_pair, shift), rng, 256, 192)
        assert e.x.shape == (GENERATOR_CHANNELS, 256, 192)
        region = e.x[3] > 0.5
        assert region.any()
        assert np.abs(e.x[:3][:, region] - 0.5).max() < 1e-6
        assert e.x[7][~region].max(initial=0) == 0
        centres.append(np.nonzero(e.x[7] > 0.5)[1].mean())
    # looked up 32 pixels of 384 further right, it lies 16 of 192 further left, cut where the part's region ends
    assert -16 <= centres[1] - centres[0] < -5


def test_batches_follow_their_seed(make_record: MakeRecord) -> None:
    records = [make_record(np.random.default_rng(1))]
    a, b, c = (next(iter(LiveBatches(records, 2, (64, 64), seed))) for seed in (1, 1, 2))
    assert a.fine.shape == (2, FINE_CHANNELS, 64, 64)
    assert a.coarse.shape == (2, COARSE_CHANNELS, 16, 16)
    assert torch.equal(a.fine, b.fine)
    assert not torch.equal(a.fine, c.fine)


def test_the_teacher_is_asked_only_where_the_garment_lies_exactly(
    make_record: MakeRecord, make_pair: Callable[[], Pair]
) -> None:
    torch.manual_seed(0)
    batch = _batch(make_record, make_pair)
    k = Teacher(Generator(SMALL), "cpu").teach(batch)
    assert k.known.tolist() == [1, 1, 0]
    assert torch.allclose(k.shares.sum(1), torch.ones(3, 64, 64), atol=1e-3)
    outside = (batch.fine[:, REGION] == 0).expand_as(k.picture)
    assert torch.allclose(k.picture[outside], batch.truth[outside], atol=1e-4)
    assert torch.equal(k.picture[2], batch.truth[2])
    alone = Teacher(None, "cpu").teach(batch)
    assert alone.known.sum() == 0
    with pytest.raises(WeightsError, match="nothing"):
        Teacher.load("nothing.safetensors", "cpu")


def test_lessons_are_used_again_and_the_oldest_go(make_record: MakeRecord) -> None:
    lesson = Teacher(None, "cpu").teach(_batch(make_record))
    pool, seen = LessonPool(4, np.random.default_rng(0)), []
    for number in range(5):
        marked = replace(lesson, known=torch.full((2,), float(number)))
        drawn = pool.draw(marked, 3)
        assert drawn.known[-2:].tolist() == [number, number]
        seen.append(drawn.known.tolist())
    assert len(seen[0]) == 2
    assert all(len(s) == 3 and s[0] == number - 1 for number, s in enumerate(seen) if number)


def test_losses_are_least_for_what_is_right(make_record: MakeRecord, make_pair: Callable[[], Pair]) -> None:
    torch.manual_seed(0)
    k = Teacher(Generator(SMALL), "cpu").teach(_batch(make_record, make_pair))
    net = LiveNet(LiveParams(channels=(8, 16, 16, 16, 16), narrow=8, last=16)).eval()
    with torch.no_grad():
        drawn = net(k.fine, k.coarse)
    region = k.fine[:, REGION]
    picture = picture_of(k.fine, drawn)
    assert torch.equal(picture[(region == 0).expand_as(picture)], k.fine[:, :3][(region == 0).expand_as(picture)])
    assert trusted(k.truth, k).sum() == 0  # nobody is nearer to the truth than the truth
    assert trusted(torch.zeros_like(k.truth), k)[2] == 0
    same = drawn._replace(layout=k.shares.clamp_min(1e-6).log() / 2)
    assert divergence(same, k, region).abs() < 1e-4 < divergence(drawn, k, region)
    exact = drawn.garment.clone()
    exact[:, 3:4] = (k.layout == 3).float().unsqueeze(1)
    assert cover_loss(drawn._replace(garment=exact), k, region) == 0
    line = torch.linspace(0, 1, 8).expand(1, 2, 8, 8)
    assert bending(line) < 1e-6 < bending(line.square())


def test_a_fixed_batch_is_learned(make_record: MakeRecord) -> None:
    torch.manual_seed(0)
    k = Teacher(None, "cpu").teach(_batch(make_record))
    trainer = LiveTrainer(LiveTrainSettings(perceptual=0.0), "cpu")
    losses = [trainer.step(k, 0.05) for _ in range(25)]
    assert losses[-1]["l1"] < 0.75 * losses[0]["l1"]
    other = LiveTrainer(LiveTrainSettings(perceptual=0.0), "cpu")
    other.restore(trainer.state())
    assert other.step_count == 25
    for a, b in zip(other.averaged().parameters(), trainer.averaged().parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_factor(p) for p in (0.0, 0.05, 0.5, 1.0)]
    assert rates[0] < rates[2] < rates[1] == 1
    assert rates[3] == pytest.approx(0.02)


def test_a_smoke_run_writes_weights_that_draw(
    tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    people = [replace(make_record(np.random.default_rng(s)), key=f"{s}", validation=s == 2) for s in range(3)]
    monkeypatch.setattr(live, "find_people", lambda *_, **__: people)
    teacher = tmp_path / "teacher.safetensors"
    save_weights(teacher, Generator(SMALL), params=SMALL, command="")
    settings = LiveTrainSettings(
        run=tmp_path / "run", out=tmp_path / "live.safetensors", teacher=str(teacher), smoke=True, height=128
    )
    figures = train_live(settings)
    assert set(figures) == {"l1", "psnr", "ssim", "feature_distance", "layout_accuracy", "laid_l1"}
    assert not settings.out.exists()  # a smoke run never replaces weights
    weights = settings.run / "smoke.safetensors"
    assert read_weights(weights)[1]["figures"]["l1"] == pytest.approx(figures["l1"], rel=0.5)
    assert (settings.run / "log.csv").read_text().startswith("step,l1,distil")
    weights.rename(tmp_path / "live.safetensors")
    fine, coarse = np.zeros((FINE_CHANNELS, 64, 64), np.float32), np.zeros((COARSE_CHANNELS, 16, 16), np.float32)
    assert LiveDrawer.from_pretrained(tmp_path).draw(fine, coarse).mask_f32.shape == (64, 64)


def test_lessons_keep_their_rows_together(make_record: MakeRecord, make_pair: Callable[[], Pair]) -> None:
    lesson = Teacher(None, "cpu").teach(_batch(make_record, make_pair))
    both = Lesson.join([lesson, lesson.take([2])])
    assert both.exact.tolist() == [1, 1, 0, 0]
    assert torch.equal(both.fine[3], lesson.fine[2])
