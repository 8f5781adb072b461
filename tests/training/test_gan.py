"""The adversarial game: losses as written, one step of each net, and data without leaks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError, WeightsError
from tryon.models.generator import LAYERS
from tryon.models.inputs import GENERATOR_CHANNELS, GROUND_BASE, KNOWN, KNOWN_NAMES
from tryon.models.weights import save_weights
from tryon.training.example_pool import ExamplePool
from tryon.training.gan_losses import (
    discriminator_loss,
    feature_matching_loss,
    generator_loss,
    patch_weight,
    weighted_l1,
)
from tryon.training.generator import GanTrainer, GeneratorSettings, find_pairs, layout_loss, start_of
from tryon.training.generator_batches import pair_example
from tryon.training.generator_data import (
    UNTOLD,
    cut_window,
    flatten_shading,
    layout_of,
    make_example,
    stack_examples,
)
from tryon.training.pairs import Pair
from tryon.training.people_data import PersonRecord
from tryon.types import LABEL

MakeRecord = Callable[[np.random.Generator], PersonRecord]


def test_nonsaturating_losses_are_goodfellows() -> None:
    real, fake = torch.tensor([0.3, -1.2]), torch.tensor([0.7, 2.0])
    d_real, d_fake = torch.sigmoid(real), torch.sigmoid(fake)
    expected = -(d_real.log().mean()) - (1 - d_fake).log().mean()
    assert torch.allclose(discriminator_loss(real, fake), expected)
    assert torch.allclose(generator_loss(fake), -d_fake.log().mean())
    assert math.isclose(discriminator_loss(torch.zeros(3), torch.zeros(3)).item(), 2 * math.log(2), rel_tol=1e-6)


@pytest.mark.parametrize("kind", ["nonsaturating", "lsgan", "hinge"])
def test_a_right_discriminator_pays_less_and_the_generator_more(kind: str) -> None:
    high, low = torch.full((4,), 3.0), torch.full((4,), -3.0)
    assert discriminator_loss(high, low, kind) < discriminator_loss(low, high, kind)  # type: ignore[arg-type]
    assert generator_loss(low, kind) > generator_loss(high, kind)  # type: ignore[arg-type]


def test_patches_count_by_what_is_invented_in_them() -> None:
    invented = torch.zeros(1, 1, 32, 32)
    invented[..., 16:, 16:] = 1
    real, fake = torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    weight = patch_weight(invented, real)
    assert weight[0, 0, 1, 1] > 20 * weight[0, 0, 0, 0]
    fake[..., 1, 1] = 4.0
    elsewhere = fake.flip(3)
    for kind in ("nonsaturating", "lsgan", "hinge"):
        seen = discriminator_loss(real, fake, kind, weight) - discriminator_loss(real, real, kind, weight)
        unseen = discriminator_loss(real, elsewhere, kind, weight) - discriminator_loss(real, real, kind, weight)
        assert seen > 10 * unseen > 0
        assert torch.allclose(generator_loss(fake, kind, torch.ones_like(fake)), generator_loss(fake, kind))


def test_small_losses_by_hand() -> None:
    a = [torch.zeros(2, 3)]
    assert feature_matching_loss(a, [torch.full((2, 3), 0.5)]).item() == 0.5
    picture, target = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    weight = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    assert weighted_l1(picture, target, weight).item() == 1.0


def test_one_step_of_each_net_lowers_its_loss_on_a_fixed_batch(make_record: MakeRecord) -> None:
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    records = [make_record(rng) for _ in range(2)]
    batch = stack_examples([make_example(r, records, rng, 64, 64) for r in records])
    trainer = GanTrainer(GeneratorSettings(steps=100, perceptual=0.0, rate=1e-3), "cpu")
    losses = [trainer.step(*batch) for _ in range(30)]
    assert losses[-1]["l1"] < 0.7 * losses[0]["l1"]
    judge = [trainer.step(*batch)["d"] for _ in range(2)]
    # the discriminator alone, the generator held still, must learn to tell the fixed pictures apart
    for group in trainer.optimizer_g.param_groups:
        group["lr"] = 0.0
    trainer._set_rates = lambda: None  # type: ignore[method-assign]
    later = [trainer.step(*batch)["d"] for _ in range(15)]
    assert later[-1] < judge[-1]


def test_a_new_discriminator_plays_alone_at_first(make_record: MakeRecord) -> None:
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    records = [make_record(rng) for _ in range(2)]
    batch = stack_examples([make_example(r, records, rng, 64, 64) for r in records])
    trainer = GanTrainer(GeneratorSettings(steps=100, perceptual=0.0, lead=2), "cpu")

    def now() -> tuple[torch.Tensor, torch.Tensor]:
        nets = (trainer.generator, trainer.discriminator)
        first, second = (torch.cat([p.detach().flatten().clone() for p in net.parameters()]) for net in nets)
        return first, second

    before = now()
    for _ in range(2):
        assert "l1" not in trainer.step(*batch)
    after = now()
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[1], after[1])
    assert "l1" in trainer.step(*batch)
    assert not torch.equal(after[0], now()[0])
    assert all(p.requires_grad for p in trainer.discriminator.parameters())


def test_a_run_starts_from_released_weights(tmp_path: Path) -> None:
    made = GanTrainer(GeneratorSettings(perceptual=0.0), "cpu")
    path = tmp_path / "generator.safetensors"
    save_weights(path, made.generator, params=made.generator.params, command="test")
    start = start_of(path)
    assert start is not None
    trainer = GanTrainer(GeneratorSettings(perceptual=0.0, seed=2), "cpu")
    trainer.restore(start, only_networks=True)
    for name, value in made.generator.state_dict().items():
        assert torch.allclose(trainer.generator.state_dict()[name], value, atol=1e-3, rtol=1e-3)
        assert torch.allclose(trainer.averaged().state_dict()[name], value, atol=1e-3, rtol=1e-3)
    with pytest.raises(WeightsError, match="missing"):
        start_of(tmp_path / "no.safetensors")


def test_examples_show_nothing_of_what_is_removed(make_record: MakeRecord) -> None:
    rng = np.random.default_rng(5)
    record = make_record(rng)
    for _ in range(8):
        e = make_example(record, [record], rng, 64, 64)
        assert e.x.shape == (GENERATOR_CHANNELS, 64, 64)
        region = e.x[3] > 0.5
        assert np.abs(e.x[:3][:, region] - 0.5).max(initial=0) < 1e-6
        assert np.allclose(e.x[:3][:, ~region], e.truth[:, ~region])
        assert e.x[7][~region].max(initial=0) == 0
        assert e.skin[0][~region].max(initial=0) == 0
        assert set(np.unique(e.layout)) <= {*range(len(LAYERS)), UNTOLD}


def test_layers_are_carried_on_from_what_is_kept_alone(make_record: MakeRecord) -> None:
    rng = np.random.default_rng(7)
    record = make_record(rng)
    a = make_example(record, [record], np.random.default_rng(2), 64, 64)
    painted = record.image_u8.copy()
    e = a.x[3] > 0.5
    assert e.any()
    # the removed garment's own pixels must not reach any layer: paint the clothes of the photo anew
    painted[(record.labels_u8 == LABEL["upper"])] = (255, 0, 255)
    b = make_example(replace(record, image_u8=painted), [record], np.random.default_rng(2), 64, 64)
    assert np.array_equal(a.x[3], b.x[3])
    assert np.allclose(a.x[GROUND_BASE], b.x[GROUND_BASE], atol=1e-5)
    old = a.x[KNOWN][KNOWN_NAMES.index("old")] > 0
    assert np.allclose(a.x[:3][:, old], 0.5, atol=1e-6)


def test_layout_names_what_each_pixel_shows() -> None:
    labels = np.array(
        [[LABEL["background"], LABEL["left_arm"], LABEL["lower"], LABEL["hair"], LABEL["upper"]]], np.uint8
    )
    own = np.array([[False, False, False, False, True]])
    assert layout_of(labels, own).tolist() == [[0, 1, 2, UNTOLD, 3]]


def test_the_layouts_loss_counts_the_region_and_skips_what_is_untold() -> None:
    logits = torch.zeros(1, 4, 2, 2)
    logits[:, 1] = 5.0
    layout = torch.tensor([[[1, 1], [UNTOLD, 0]]])
    region = torch.tensor([[[[1.0, 1.0], [1.0, 0.0]]]])
    right = layout_loss(logits, layout, region)
    assert right < 0.2  # the wrong pixel lies outside of the region
    assert layout_loss(logits, torch.tensor([[[0, 0], [UNTOLD, 0]]]), region) > 4


def test_pairs_are_asked_for_where_nothing_else_is_trained_on(tmp_path: Path) -> None:
    assert find_pairs(GeneratorSettings(pairs=tmp_path)) == (None, 0.0)
    with pytest.raises(BadRequestError, match="prepare pairs"):
        find_pairs(GeneratorSettings(pairs=tmp_path, photo_share=0.0))


def test_a_rendered_pair_shows_the_person_after(make_pair: Callable[[], Pair]) -> None:
    pair = make_pair()
    e = pair_example(pair, np.random.default_rng(1), 64, 48)
    assert e.x.shape == (GENERATOR_CHANNELS, 64, 48)
    region = e.x[3] > 0.5
    assert region.any()
    assert np.abs(e.x[:3][:, region] - 0.5).max() < 1e-6
    assert np.allclose(e.truth[:, ~region], e.x[:3][:, ~region])
    assert (e.layout == LAYERS.index("garment")).any()


def test_windows_are_parts_of_the_larger_frame(make_record: MakeRecord) -> None:
    rng = np.random.default_rng(9)
    record = make_record(rng)
    whole = make_example(record, [record], rng, 128, 96)
    part = cut_window(whole, rng, 64, 48)
    assert part.x.shape == (GENERATOR_CHANNELS, 64, 48)
    assert part.layout.shape == (64, 48)
    assert (part.x[3] > 0.5).any()
    found = [np.array_equal(whole.truth[:, y : y + 64, x : x + 48], part.truth) for y in range(65) for x in range(49)]
    assert any(found)


def test_examples_follow_their_seed(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(1))
    a, b, c = (make_example(record, [record], np.random.default_rng(s), 64, 64) for s in (1, 1, 2))
    assert np.array_equal(a.x, b.x)
    assert not np.array_equal(a.x, c.x)


def test_flattening_removes_light_and_keeps_pattern() -> None:
    ys, xs = np.mgrid[0:64, 0:64]
    stripes = np.where(xs // 4 % 2, 0.6, 0.4)
    lit = stripes * (0.6 + 0.4 * ys / 63)
    rgb = np.repeat(lit[..., None], 3, 2).astype(np.float32)
    flat = flatten_shading(rgb, np.ones((64, 64), np.float32), 12.0)[..., 0]
    fall = lambda i: i[50:60].mean() / i[4:14].mean()  # noqa: E731
    assert abs(fall(flat) - 1) < 0.5 * abs(fall(lit) - 1)
    assert flat[:, 4:8].mean() > 1.25 * flat[:, 0:4].mean()


def test_examples_are_used_again_and_the_oldest_go() -> None:
    pool = ExamplePool(6, "cpu", seed=0)

    def batch(*numbers: int) -> tuple[torch.Tensor, torch.Tensor]:
        values = torch.tensor(numbers)
        return values[:, None].float(), 10 * values

    first = pool.draw(batch(1, 2), 4)
    assert first[0].flatten().tolist()[:2] == [1, 2]
    assert set(first[0].flatten().tolist()) == {1, 2}  # there are no others yet
    assert len(first[0]) == len(first[1]) == 4
    second = pool.draw(batch(3, 4), 4)
    assert second[0][:2].flatten().tolist() == [3, 4]
    assert sorted(second[0].flatten().tolist()) == [1, 2, 3, 4]
    pool.draw(batch(5, 6), 4)
    last = pool.draw(batch(7, 8), 6)
    assert sorted(last[0].flatten().tolist()) == [3, 4, 5, 6, 7, 8]  # 1 and 2 were written over
    assert torch.equal(last[1], 10 * last[0].flatten().long())


def test_without_a_pool_a_batch_is_used_once() -> None:
    pool = ExamplePool(0, "cpu", seed=0)
    pool.draw((torch.zeros(3, 1),), 5)
    assert torch.equal(pool.draw((torch.ones(3, 1),), 5)[0], torch.ones(3, 1))
