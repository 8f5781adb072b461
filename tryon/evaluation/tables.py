"""The figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tryon.evaluation.kept_figures import KEPT_METRICS
from tryon.evaluation.picture_figures import METRICS
from tryon.evaluation.tryon_figures import DRAWN, FINISHED, WARP_METRICS

HEADS = {
    "l1": "L1", "psnr": "PSNR (dB)", "ssim": "SSIM", "feature_region": "feature distance",
    "feature_distance": "feature distance, whole", "psnr_whole": "PSNR, whole", "ssim_whole": "SSIM, whole",
    "feature_region_ratio": "feature distance to the first row's", "flow_px": "flow error (px)",
    "flow_median_px": "flow error, median (px)", "mask_iou": "mask IoU",
    "flow_px_ratio": "flow error to the first row's",
    "colour": "colour difference", "colour_histogram": "colour histogram", "garment_features": "garment's features",
    "garment_features_ratio": "features to the first row's",
}  # fmt: skip


def rows_of(variants: Mapping[str, Mapping[str, Sequence[float]]], names: Sequence[str]) -> list[str]:
    """A table of variants: mean and 95% interval of each named figure; "-" where there is none."""
    lines = ["| variant | " + " | ".join(HEADS.get(n, n) for n in names) + " |", "|---" * (len(names) + 1) + "|"]
    for variant, row in variants.items():
        lines.append(f"| {variant} | " + " | ".join(_cell(row.get(n)) for n in names) + " |")
    return lines


def _cell(figure: Sequence[float] | None) -> str:
    return "-" if figure is None else f"{figure[0]:.3f} ({figure[1]:.3f} to {figure[2]:.3f})"


def table_of(figures: Mapping[str, Any]) -> str:
    """All figures that were measured, as Markdown; see ``evaluate``."""
    lines: list[str] = []
    if "parsing" in figures:
        lines += [f"Parsing, {figures['photos']} validation photos", "", "| class | IoU |", "|---|---|"]
        lines += [f"| {name.removeprefix('iou_')} | {value:.3f} |" for name, value in figures["parsing"].items()]
    pictures = [*METRICS, "feature_region_ratio"]
    if "generator" in figures:
        lines += ["", "Self-reconstruction of photos, edit region unless said (mean and 95% interval)", ""]
        lines += rows_of(figures["generator"], pictures)
    if "rendered" in figures:
        own = figures["rendered"]
        lines += ["", f"Warp, {own['pairs']} rendered validation pairs", ""]
        lines += rows_of(own["warp"], [*WARP_METRICS, "flow_px_ratio"])
        for size, count in ((DRAWN, own["pairs"]), (FINISHED, own["finished"])):
            if size in own:
                lines += ["", f"Try-on at {size}, {count} rendered validation pairs, edit region unless said", ""]
                lines += rows_of(own[size], pictures)
    if "kept" in figures:
        lines += ["", f"Garment kept, {figures['kept']['tries']} photos in garments of photos", ""]
        lines += rows_of(figures["kept"]["variants"], [*KEPT_METRICS, "garment_features_ratio"])
    if "photo_likeness" in figures:
        lines += ["", "Results and other people's photos", "", "| variant | kernel distance |", "|---|---|"]
        lines += [f"| {name} | {_cell(value)} |" for name, value in figures["photo_likeness"].items()]
    lines += [f"\nNot measured: {reason}" for reason in figures.get("skipped", [])]
    return "\n".join(lines).strip() + "\n"
