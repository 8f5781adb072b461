"""What the parser learns from: photos taken closer, things pasted over people, labels where they are sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.geometry.crops import crop_for
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.weights import read_weights, save_weights
from tryon.person.parsing import MIRRORED_INPUTS
from tryon.training import parser
from tryon.training.occluders import Occluders
from tryon.training.parser import (
    MirrorTeacher,
    load_start,
    load_starts,
    new_parser,
    parsing_loss,
    take_mean,
    undo_class_weights,
)
from tryon.training.parser_examples import make_example
from tryon.training.people_data import PersonRecord, View, cut_photo
from tryon.training.pseudo_labels import IGNORED, with_pseudo_labels, write_pseudo_labels
from tryon.types import LABEL, MIRRORED_LABELS

MakeRecord = Callable[[np.random.Generator], PersonRecord]


def test_a_closer_photo_keeps_the_person_in_place(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    heights = set()
    for seed in range(30):
        cut = cut_photo(record, np.random.default_rng(seed))
        assert cut.labels_u8 is not None
        assert cut.image_u8.shape[:2] == cut.labels_u8.shape == cut.mask_u8.shape
        heights.add(cut.image_u8.shape[0])
        # the elbows are named by the labels under them, wherever the cut shifted them
        x, y = np.round(cut.pose.points_px[13]).astype(int)
        if 0 <= x < cut.labels_u8.shape[1] and y < cut.labels_u8.shape[0]:
            assert cut.labels_u8[y, x] == LABEL["left_arm"]
    assert min(heights) < 150 < max(heights)
    assert record.image_u8.shape[0] == 220


def test_pasted_things_change_picture_and_labels_together(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    assert record.labels_u8 is not None
    with_bag = record.labels_u8.copy()
    with_bag[100:140, 112:132] = LABEL["accessory"]
    image = record.image_u8.copy()
    image[100:140, 112:132] = (255, 0, 255)
    occluders = Occluders([replace(record, labels_u8=with_bag, image_u8=image)])
    assert len(occluders.cut_outs["accessory"]) == 1
    crop = crop_for(record.pose, "dress", record.labels_u8.shape, 150, 200)
    view = View(record.image_u8, record.mask_u8 / np.float32(255), record.labels_u8, record.pose, crop)
    before = record.image_u8.copy()
    seen = set()
    for seed in range(25):
        pasted = occluders.paste(view, np.random.default_rng(seed))
        moved = pasted.labels_u8 != view.labels_u8
        changed = (pasted.rgb_u8 != view.rgb_u8).any(2)
        if moved.any():
            assert changed[moved].mean() > 0.9
        seen |= set(pasted.labels_u8[moved].tolist())
    assert {LABEL["accessory"], LABEL["background"], LABEL["hair"]} <= seen
    assert (record.image_u8 == before).all()


def test_examples_are_the_same_for_the_same_seed(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    occluders = Occluders([record])
    for seed in range(6):
        one, two = (make_example(record, np.random.default_rng(seed), 96, 64, occluders) for _ in range(2))
        assert (one[0] == two[0]).all()
        assert (one[1] == two[1]).all()


def test_unknown_pixels_teach_nothing() -> None:
    torch.manual_seed(0)
    y = torch.randint(0, 13, (2, 8, 8))
    y[:, :4] = IGNORED
    logits = torch.randn(2, 13, 8, 8, requires_grad=True)
    parsing_loss(logits, y, torch.ones(13)).backward()
    assert logits.grad is not None
    assert float(logits.grad[:, :, :4].abs().max()) == 0
    assert float(logits.grad[:, :, 4:].abs().max()) > 0


class _Answers:
    """Stands in for a parser: sure of the upper part of its crop, not of the lowest."""

    def probabilities(self, image_u8, mask_f32, pose):  # type: ignore[no-untyped-def]
        p = np.full((13, 96, 72), 0.02, np.float32)
        p[LABEL["upper"], :80] = 0.76
        p[LABEL["lower"], 80:] = 0.4
        p[LABEL["dress"], 80:] = 0.38
        return p, crop_for(pose, "dress", image_u8.shape[:2], 72, 96)


def test_pseudo_labels_are_kept_where_they_are_sure(make_record: MakeRecord, tmp_path: Path) -> None:
    known = make_record(np.random.default_rng(0))
    unknown = replace(known, key="0002", labels_u8=None)
    with pytest.raises(BadRequestError, match="pseudo-labels"):
        with_pseudo_labels([unknown], tmp_path)
    assert write_pseudo_labels(_Answers(), [known, unknown], tmp_path) == 1  # type: ignore[arg-type]
    (got,) = with_pseudo_labels([known, unknown], tmp_path)
    assert got.key == "0002"
    assert got.labels_u8 is not None
    assert set(np.unique(got.labels_u8).tolist()) <= {LABEL["background"], LABEL["upper"], IGNORED}
    assert got.labels_u8[60, 75] == LABEL["upper"]
    assert got.labels_u8[190, 75] == IGNORED


def test_context_is_added_to_weights_without_it(tmp_path: Path) -> None:
    torch.manual_seed(0)
    plain = LiteUNet(LiteUNetParams(in_channels=17))
    save_weights(tmp_path / "plain.safetensors", plain.half().float(), params=plain.params, command="test")
    net = new_parser()
    load_start(net, tmp_path / "plain.safetensors")
    x = torch.rand(1, 17, 64, 64)
    with torch.inference_mode():
        same = net.eval()(x)[0], plain.eval()(x)[0]
    assert torch.allclose(*same, atol=1e-4)
    other = LiteUNet(LiteUNetParams(in_channels=3, dense_channels=2, decoder_channels=(8, 8, 8, 8)))
    save_weights(tmp_path / "other.safetensors", torch.nn.Linear(3, 3), params=other.params, command="test")
    with pytest.raises(BadRequestError, match="another network"):
        load_start(net, tmp_path / "other.safetensors")


def test_the_teacher_answers_alike_in_a_mirror() -> None:
    torch.manual_seed(0)
    net = new_parser()
    with torch.no_grad():  # a new parser does not look at the limbs yet
        net.encoder.conv_stem.weight.normal_(0, 0.2)
    teacher = MirrorTeacher(net)
    x = torch.rand(1, 17, 64, 96)
    mirrored = x[:, list(MIRRORED_INPUTS)].flip(-1)
    here, there = teacher(x), teacher(mirrored)
    assert torch.allclose(here, there[:, list(MIRRORED_LABELS)].flip(-1), atol=1e-5)
    assert torch.allclose(here.sum(1), torch.ones(1, 32, 48), atol=1e-5)
    # the limbs on both sides are told apart: without changing sides the answers would differ
    assert not torch.allclose(here, teacher(x.flip(-1))[:, list(MIRRORED_LABELS)].flip(-1), atol=1e-5)


def test_two_starts_give_their_mean_and_teach_by_the_mean_of_their_answers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    made = [LiteUNet(LiteUNetParams(in_channels=17, context=True)).half().float() for _ in range(2)]
    for number, net in enumerate(made):
        save_weights(tmp_path / f"{number}.safetensors", net, params=net.params, command="test")
    weights = torch.ones(13)
    nets = load_starts(f"{tmp_path / '0.safetensors'}, {tmp_path / '1.safetensors'}", weights)
    assert len(nets) == 2
    assert load_starts("", weights) == []
    own = new_parser()
    take_mean(own, nets)
    wanted = (made[0].dense.weight + made[1].dense.weight) / 2
    assert torch.allclose(own.dense.weight, wanted, atol=1e-3)
    assert torch.equal(own.encoder.bn1.num_batches_tracked, nets[0].encoder.bn1.num_batches_tracked)
    x = torch.rand(1, 17, 64, 64)
    answers = [MirrorTeacher(net)(x) for net in nets]
    assert torch.allclose(MirrorTeacher(*nets)(x), (answers[0] + answers[1]) / 2, atol=1e-6)
    take_mean(own, nets[:1])
    assert torch.equal(own.dense.weight, nets[0].dense.weight)


def test_no_updates_write_the_mean_of_the_start_files(
    tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    people = [replace(make_record(np.random.default_rng(s)), key=f"{s}", validation=s == 2) for s in range(3)]
    monkeypatch.setattr(parser, "find_people", lambda *_, **__: people)
    made = [LiteUNet(LiteUNetParams(in_channels=17, dense_channels=13, context=True)) for _ in range(2)]
    for number, net in enumerate(made):
        save_weights(tmp_path / f"{number}.safetensors", net, params=net.params, command="test")
    both = f"{tmp_path / '0.safetensors'},{tmp_path / '1.safetensors'}"
    out = tmp_path / "mean.safetensors"
    settings = parser.ParserSettings(start=both, steps=0, out=out, run=tmp_path / "run", people=tmp_path)
    figures = parser.train_parser(settings)
    tensors, info = read_weights(out)
    wanted = (made[0].dense.bias + made[1].dense.bias) / 2
    assert torch.allclose(tensors["dense.bias"], wanted, atol=2e-3)  # class weights are put in and taken out again
    assert info["figures"]["mean_iou"] == pytest.approx(figures["mean_iou"])
    with pytest.raises(BadRequestError, match="--start"):
        parser.train_parser(replace(settings, start=""))


def test_class_weights_are_undone_exactly() -> None:
    torch.manual_seed(0)
    net, x = new_parser().eval(), torch.rand(1, 17, 64, 64)
    weights = torch.linspace(1, 5, 13)
    with torch.inference_mode():
        before = torch.softmax(net(x)[0], 1)
    undo_class_weights(net, weights)
    with torch.inference_mode():
        after = torch.softmax(net(x)[0], 1)
    wanted = before / weights[None, :, None, None]
    assert torch.allclose(after, wanted / wanted.sum(1, keepdim=True), atol=1e-5)
