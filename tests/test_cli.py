"""The command line over a stand-in for the networks: files, JSON, statuses, sentences; then over the real ones."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from PIL import Image

import tryon
from tryon import cli_train
from tryon.cli import main
from tryon.cli_common import RecentlySeen
from tryon.cli_settings import settings_command
from tryon.errors import BadRequestError, GarmentNotFoundError, NoPersonError, WeightsError
from tryon.images import load_picture, save_png
from tryon.types import GARMENT_LABELS, LABELS, Garment, Guess, Person, Pose, TryOnResult

ROOT = Path(__file__).resolve().parents[1]


class FakePipeline:
    """Colours instead of networks: a person is any picture, a garment's category its strongest colour.

    Red is an upper, green a lower, blue a dress; black pictures hold no person and no garment.
    """

    loaded = 0
    persons_understood = 0
    garments_understood = 0
    wishes: ClassVar[dict[str, Any]] = {}

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> FakePipeline:
        if weights_dir is not None and not weights_dir.exists():
            raise WeightsError(f"The weights are not in {weights_dir}. Restore them from the repository.")
        cls.loaded += 1
        return cls()

    def understand_person(self, image_u8: np.ndarray) -> Person:
        FakePipeline.persons_understood += 1
        if image_u8.max() < 10:
            raise NoPersonError("No person was found in the photo. Use one that shows them from head to hip.")
        labels = (np.arange(image_u8.size // 3).reshape(image_u8.shape[:2]) % len(LABELS)).astype(np.uint8)
        pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
        return Person(image_u8, pose, np.ones(labels.shape, np.float32), labels, warnings=("Two people were found.",))

    def understand_garment(
        self, image_u8: np.ndarray, *, category: str = "auto", photo: str = "auto", alpha_f32: Any = None
    ) -> Garment:
        FakePipeline.garments_understood += 1
        if image_u8.max() < 10:
            raise GarmentNotFoundError("No garment was found in the picture. Use one on a plain ground.")
        if image_u8.max() == 254:
            raise RuntimeError("a fault")
        found = ("upper", "lower", "dress")[int(image_u8.reshape(-1, 3).mean(0).argmax())]
        chosen: Any = found if category == "auto" else category
        return Garment(
            image_u8,
            np.ones(image_u8.shape[:2], np.float32) if alpha_f32 is None else alpha_f32,
            chosen,
            {name: float(name == chosen) for name in ("upper", "lower", "dress")},
            {"upper": "T-Shirt", "lower": "Pants", "dress": "Dress"}[chosen],
            {},
            {"neck_left": (10.25, 20.0)},
            leg="long" if chosen == "lower" else None,
            worn=photo == "worn",
            attributes=(
                {"leg": Guess("long", {"short": 0.05, "knee": 0.1, "long": 0.85})} if chosen == "lower" else {}
            ),
            visibility={"neck_left": 0.25},
        )

    def dress(self, person: Person, garment: Garment, *, stages: bool = False, **wishes: Any) -> TryOnResult:
        FakePipeline.wishes = wishes
        image = person.image_u8.copy()
        colour = garment.image_u8[0, 0]
        half = image.shape[0] // 2
        if garment.category != "lower":
            image[:half] = colour
        if garment.category != "upper":
            image[half:] = colour
        return TryOnResult(
            image,
            np.ones(image.shape[:2], np.float32),
            garment.category,
            {"Warped garment": image, "composite mask": image} if stages else {},
            {"warp": 5.0, "generator": 7.0},
            ("The arms are crossed.",),
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with persons and garments, the fake pipeline in place."""
    monkeypatch.setitem(vars(tryon), "TryOnPipeline", FakePipeline)
    for name in ("loaded", "persons_understood", "garments_understood"):
        monkeypatch.setattr(FakePipeline, name, 0)
    monkeypatch.chdir(tmp_path)
    for name, colour, size in (
        ("person", (90, 90, 90), (300, 200)),
        ("other", (120, 90, 90), (220, 260)),
        ("red", (200, 0, 0), (150, 150)),
        ("green", (0, 200, 0), (150, 150)),
        ("blue", (0, 0, 200), (150, 150)),
        ("black", (0, 0, 0), (150, 150)),
        ("faulty", (254, 0, 0), (150, 150)),
    ):
        Image.new("RGB", size[::-1], colour).save(tmp_path / f"{name}.png")
    (tmp_path / "text.jpg").write_text("not a picture")
    return tmp_path


def test_try_writes_the_result(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("try --person person.png --garment red.png --out sub/r.png --json".split()) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["category"] == "upper"
    assert said["label"] == ["T-Shirt"]
    assert said["warnings"] == ["Two people were found.", "The arms are crossed."]
    assert {"understand_person", "understand_garment", "warp", "generator", "total"} <= set(said["milliseconds"])
    picture = load_picture(place / "sub/r.png")
    assert picture.shape == (300, 200, 3)
    assert tuple(picture[0, 0]) == (200, 0, 0)
    assert tuple(picture[-1, -1]) == (90, 90, 90)


def test_try_says_warnings_beside_the_result(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("try --person person.png --garment red.png".split()) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("result.png")
    assert "warning: Two people were found." in captured.err


@pytest.mark.parametrize("order", [("red", "green"), ("green", "red")])
def test_two_garments_make_an_outfit(place: Path, order: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    first, second = order
    command = f"try --person person.png --garment {first}.png --garment {second}.png --json --stages steps"
    assert main(command.split()) == 0
    assert json.loads(capsys.readouterr().out)["category"] == "lower+upper"
    picture = load_picture(place / "result.png")
    assert tuple(picture[0, 0]) == (200, 0, 0)
    assert tuple(picture[-1, -1]) == (0, 200, 0)
    assert {path.name for path in (place / "steps").iterdir()} == {"upper", "lower"}
    assert FakePipeline.persons_understood == 2


def test_how_it_is_worn_reaches_the_pipeline(place: Path) -> None:
    assert main("try --person person.png --garment red.png --fit .5 --tuck in".split()) == 0
    assert FakePipeline.wishes["fit"] == 0.5
    assert FakePipeline.wishes["tuck"] == "in"


def test_stages_are_written_in_order(place: Path) -> None:
    assert main("try --person person.png --garment red.png --stages steps".split()) == 0
    assert sorted(path.name for path in (place / "steps").iterdir()) == [
        "01_warped_garment.png",
        "02_composite_mask.png",
    ]


def test_categories_go_with_their_garments(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = "try --person person.png --garment blue.png --garment red.png --category lower --category upper --json"
    assert main(command.split()) == 0
    assert json.loads(capsys.readouterr().out)["category"] == "lower+upper"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("try --person missing.png --garment red.png", "was not found"),
        ("try --person text.jpg --garment red.png", "not a picture"),
        ("try --person person.png --garment text.jpg", "not a picture"),
        ("try --person black.png --garment red.png", "No person"),
        ("try --person person.png --garment black.png", "No garment"),
        ("try --person person.png --garment red.png --category hat", "auto, upper, lower, dress"),
        ("try --person person.png --garment red.png --garment-photo round", "auto, flat, worn"),
        ("try --person person.png --garment red.png --garment red.png", "upper and upper"),
        ("try --person person.png --garment red.png --garment blue.png", "upper and dress"),
        ("try --person person.png --garment red.png --garment green.png --garment red.png", "upper, lower and upper"),
        ("try --person person.png" + 4 * " --garment red.png", "4 garments"),
        ("try --person person.png --garment red.png --garment green.png --category upper", "once for each"),
        ("try --person person.png --garment red.png --device tpu", "cpu or cuda"),
        ("try --person person.png --garment red.png --weights nowhere", "Restore them"),
        ("try --person person.png --garment red.png --out person.png/r.png", "Cannot write"),
        ("batch --pairs missing.csv --out-dir out", "cannot be read"),
        ("batch --pairs text.jpg --out-dir out", "no column person"),
        ("parse --image person.png", "--out FILE"),
        ("parse --image person.png --out a.png --out-dir b", "--out FILE"),
        ("parse --image person.png --image other.png --out a.png", "--out-dir"),
        ("parse --image person.png --image person.png --out-dir d", "own name"),
        ("parse --image black.png --out a.png", "No person"),
        ("garment --image black.png --out a.png", "No garment"),
        ("garment --image red.png", "--out FILE"),
        ("train hats", "parser, garment, warper, generator"),
        ("prepare hats", "people, garments, drawn-garments"),
        ("prepare people --data nowhere", "--data"),
        ("prepare garments --data nowhere", "garments.csv was not found"),
    ],
)
def test_refusals_are_one_sentence(
    place: Path, command: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert captured.err.endswith(".\n")
    assert captured.out == ""


@pytest.mark.parametrize("command", ["try", "try --person a.png", "fly", "try --what", "batch --pairs"])
def test_wrong_usage_has_its_own_status(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command.split()) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_faults_are_told_without_a_traceback(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("try --person person.png --garment faulty.png".split()) == 70
    error = capsys.readouterr().err
    assert "RuntimeError: a fault" in error
    assert "Traceback" not in error


def write_pairs(path: Path, rows: list[tuple[str, ...]], header: str = "person,garment,category") -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write(header + "\n")
        csv.writer(file).writerows(rows)


def test_batch_reports_bad_rows_and_does_the_rest(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ("person.png", "red.png", ""),
        ("person.png", "red.png", "dress"),
        ("missing.png", "red.png", ""),
        ("person.png", "text.jpg", "upper"),
        ("black.png", "green.png", ""),
        ("person.png", "faulty.png", ""),
        ("person.png", "", ""),
        ("person.png", "green.png", "hat"),
        (str(place / "other.png"), "green.png", "lower"),
    ]
    write_pairs(place / "pairs.csv", rows)
    (place / "out").mkdir()
    save_png(np.zeros((9, 9, 3), np.uint8), place / "out/0002.png")  # left from an earlier run
    assert main("batch --pairs pairs.csv --out-dir out".split()) == 0
    with open(place / "out/results.csv", newline="", encoding="utf-8") as file:
        results = list(csv.DictReader(file))
    assert list(results[0]) == ["row", "status", "error", "milliseconds", "category"]
    assert [result["row"] for result in results] == [str(number) for number in range(len(rows))]
    assert [result["status"] for result in results] == ["ok", "ok", *["error"] * 6, "ok"]
    assert [result["category"] for result in results] == ["upper", "dress", *[""] * 6, "lower"]
    assert all(float(result["milliseconds"]) >= 0 for result in results)
    assert all(bool(result["error"]) == (result["status"] == "error") for result in results)
    assert "RuntimeError" in results[5]["error"]
    assert sorted(path.name for path in (place / "out").glob("*.png")) == ["0000.png", "0001.png", "0008.png"]
    assert load_picture(place / "out/0008.png").shape == (220, 260, 3)
    captured = capsys.readouterr()
    assert "row 2: " in captured.err
    assert "3 of 9 rows" in captured.out


def test_batch_keeps_what_it_has_understood(place: Path) -> None:
    write_pairs(place / "pairs.csv", [("person.png", name, "") for name in ("red.png", "green.png", "red.png")])
    assert main("batch --pairs pairs.csv --out-dir out".split()) == 0
    assert FakePipeline.loaded == 1
    assert FakePipeline.persons_understood == 1
    assert FakePipeline.garments_understood == 2


def test_batch_paths_are_taken_from_the_lists_folder_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    write_pairs(place / "pairs.csv", [("person.png", "red.png", "")], "\ufeffperson,garment,category")
    assert main(["batch", "--pairs", str(place / "pairs.csv"), "--out-dir", "out"]) == 0
    assert (place / "elsewhere/out/0000.png").exists()


def test_batch_fails_where_every_row_failed(place: Path) -> None:
    write_pairs(place / "pairs.csv", [("a.png", "b.png")], "person,garment")
    assert main("batch --pairs pairs.csv --out-dir out".split()) == 1


def test_parse_writes_an_indexed_png_and_the_names(place: Path) -> None:
    assert main("parse --image person.png --out sub/labels.png".split()) == 0
    with Image.open(place / "sub/labels.png") as image:
        assert image.mode == "P"
        assert image.size == (200, 300)
        assert image.getpalette() is not None
        values = np.array(image)
    assert sorted(np.unique(values)) == list(range(len(LABELS)))
    names = json.loads((place / "sub/labels.json").read_text("utf-8"))
    assert names == {str(index): name for index, name in enumerate(LABELS)}


def test_parse_draws_what_it_found_over_the_photo(place: Path) -> None:
    assert main("parse --image person.png --image other.png --out-dir d --overlay".split()) == 0
    names = ["labels.json", "other.overlay.png", "other.png", "person.overlay.png", "person.png"]
    assert sorted(path.name for path in (place / "d").iterdir()) == names
    drawn = load_picture(place / "d/person.overlay.png")
    assert drawn.shape == (300, 200, 3)
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == len(LABELS)


def test_parse_goes_on_after_a_refusal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = "parse --image person.png --image black.png --image other.png --out-dir d"
    assert main(command.split()) == 1
    assert sorted(path.name for path in (place / "d").iterdir()) == ["labels.json", "other.png", "person.png"]
    assert "1 of 3 pictures" in capsys.readouterr().err


def test_garment_writes_its_cut_out_and_says_what_it_is(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("garment --image green.png --out cut.png --json --garment-photo worn".split()) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["category"] == {"upper": 0, "lower": 1, "dress": 0}
    assert said["label"] in {*GARMENT_LABELS, "not sure"}
    assert said["landmarks"] == {"neck_left": [10.2, 20.0]}
    assert said["attributes"] == {"sleeve": None, "leg": "long", "worn": True}
    assert said["attribute_probability"] == {"leg": {"short": 0.05, "knee": 0.1, "long": 0.85}}
    assert said["visibility"] == {"neck_left": 0.25}
    assert said["size"] == [150, 150]
    with Image.open(place / "cut.png") as image:
        assert image.mode == "RGBA"
        assert image.size == (150, 150)


def test_garment_passes_on_the_transparency_that_a_picture_brings(place: Path) -> None:
    rgba = np.full((150, 150, 4), 200, np.uint8)
    rgba[:60, :, 3] = 0
    rgba[60:, :, 3] = 255
    save_png(rgba, place / "own.png")
    assert main("garment --image own.png --out cut.png".split()) == 0
    with Image.open(place / "cut.png") as image:
        assert np.array_equal(np.array(image)[..., 3], rgba[..., 3])


def test_many_garments_share_one_description(place: Path) -> None:
    assert main("garment --image red.png --image blue.png --image black.png --out-dir d".split()) == 1
    said = json.loads((place / "d/garments.json").read_text("utf-8"))
    assert set(said) == {"red", "blue"}
    assert said["blue"]["category"]["dress"] == 1
    assert (place / "d/red.png").exists()


@dataclass(frozen=True)
class Settings:
    """Settings of a run."""

    data: Path = field(default=Path("data"), metadata={"help": "folder of the data"})
    steps: int = field(default=100, metadata={"help": "updates in all"})
    rate: float = 1e-3
    loss: Literal["nonsaturating", "hinge"] = "nonsaturating"
    smoke: bool = False
    minutes: float | None = None
    size: tuple[int, int] = (256, 192)
    stages: tuple[int, ...] = (1, 2)


def test_settings_become_options() -> None:
    command = settings_command("run", Settings, lambda settings: settings)
    assert command.main([], standalone_mode=False) == Settings()
    given = "--data d --steps 7 --rate 0.5 --loss hinge --smoke --minutes 3 --size 8 6 --stages 4,5,6".split()
    assert command.main(given, standalone_mode=False) == Settings(
        Path("d"), 7, 0.5, "hinge", True, 3.0, (8, 6), (4, 5, 6)
    )


@pytest.mark.parametrize("given", [["--steps", "many"], ["--loss", "other"], ["--unknown", "1"], ["--size", "8"]])
def test_wrong_settings_are_refused(
    given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _pretend_trainer(monkeypatch, lambda settings: None)
    assert main(["train", "parser", *given]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_unknown_setting_types_are_a_fault_of_ours() -> None:
    @dataclass(frozen=True)
    class Odd:
        table: dict = field(default_factory=dict)

    with pytest.raises(TypeError, match="table"):
        settings_command("odd", Odd, print)


def _pretend_trainer(monkeypatch: pytest.MonkeyPatch, work: Callable[[Settings], Any]) -> None:
    from types import ModuleType

    module = ModuleType("pretended_trainer")
    vars(module).update(Settings=Settings, work=work)
    monkeypatch.setitem(sys.modules, "pretended_trainer", module)
    monkeypatch.setitem(cli_train.TRAINERS, "parser", ("pretended_trainer", "Settings", "work"))


def test_train_hands_settings_to_the_trainer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _pretend_trainer(monkeypatch, lambda settings: {"steps": settings.steps})
    assert main("train parser --steps 12 --smoke".split()) == 0
    assert json.loads(capsys.readouterr().out) == {"steps": 12}


def test_train_shows_the_trainers_own_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _pretend_trainer(monkeypatch, lambda settings: None)
    assert main("train parser --help".split()) == 0
    shown = capsys.readouterr().out
    assert "--steps" in shown
    assert "updates in all" in shown
    assert "--no-smoke" in shown


def test_a_trainers_refusal_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(settings: Settings) -> None:
        raise BadRequestError("There is no data in data. Name its folder with --data.")

    _pretend_trainer(monkeypatch, refuse)
    assert main("train parser".split()) == 1
    assert capsys.readouterr().err == "error: There is no data in data. Name its folder with --data.\n"


@pytest.mark.parametrize("network", list(cli_train.TRAINERS))
def test_every_trainer_has_its_options(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", network, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in ("--seed", "--minutes", "--smoke"):
        assert option in shown


@pytest.mark.parametrize("what", list(cli_train.PREPARATIONS))
def test_every_preparation_has_its_options(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", what, "--help"]) == 0
    assert "--out" in capsys.readouterr().out


def test_cache_is_bounded_by_pixels() -> None:
    seen: RecentlySeen[str] = RecentlySeen(max_pixels=10)
    made: list[str] = []

    def get(name: str) -> str:
        return seen.get(name, lambda: made.append(name) or name, len)  # type: ignore[func-returns-value]

    for name in ("four", "five5", "four", "six666", "four", "five5"):
        assert get(name) == name
    assert made == ["four", "five5", "six666", "five5"]
    get("longer than everything")
    get("longer than everything")
    assert made[-1] == "longer than everything"
    assert made.count("longer than everything") == 1


@pytest.mark.parametrize(
    "command", [[], ["try"], ["batch"], ["parse"], ["garment"], ["bench"], ["train"], ["prepare"], ["evaluate"]]
)
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_as_a_module_in_a_fresh_process(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tryon", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    shown = run("--version")
    assert shown.returncode == 0
    assert shown.stdout.strip() == tryon.__version__
    refused = run("try", "--person", str(tmp_path / "no.png"), "--garment", "x.png", "--device", "none")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "error: --device is 'none'. Use cpu or cuda."
