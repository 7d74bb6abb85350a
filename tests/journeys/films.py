"""What a camera sees: pictures of labels, and films of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import segno
from PIL import Image, ImageDraw


def qr(text: str) -> Image.Image:
    written = io.BytesIO()
    segno.make(text, micro=False).save(written, kind="png", scale=10, border=4)
    return Image.open(written).convert("RGB")


def scene(label: Image.Image) -> Image.Image:
    """The label, tilted a little, on a grey wall."""
    scene = Image.new("RGB", (1280, 720), "#aaa")
    tilted = label.rotate(12, expand=True, fillcolor="#aaa")
    scene.paste(tilted, ((1280 - tilted.width) // 2, (720 - tilted.height) // 2))
    return scene


def stripes() -> Image.Image:
    """A grille: what a reader of bars likes to take for a code."""
    scene = Image.new("RGB", (1280, 720), "#ccc")
    pen = ImageDraw.Draw(scene)
    for index, left in enumerate(range(100, 1180, 9)):
        pen.rectangle((left, 150, left + 2 + index * 7 % 5, 570), fill="#222")
    return scene


def film(pictures: Sequence[Image.Image], path: Path) -> Path:
    """Each for a second, as Chromium's fake camera plays it: over and over."""
    with path.open("wb") as written:
        for picture in pictures:
            frame = io.BytesIO()
            picture.save(frame, "JPEG", quality=85)
            written.write(frame.getvalue() * 30)
    return path
