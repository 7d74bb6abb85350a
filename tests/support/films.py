"""Films for a camera that isn't there: labels as a hand holds them, and walls without any."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1280, 720)
WALL = "#aaa"
QUIET = 9  # modules beside the bars (GS1 General Specifications 5.2.3.4 wants 11 and 7)
# EAN-13 (GS1 General Specifications 5.2.1): seven modules a digit, and which of the first two sets
# the left digits come from says the first one. The right ones are the first set inverted.
ODD = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
EVEN = [code[::-1].translate(str.maketrans("01", "10")) for code in ODD]
RIGHT = [code.translate(str.maketrans("01", "10")) for code in ODD]
SETS = [
    "OOOOOO",
    "OOEOEE",
    "OOEEOE",
    "OOEEEO",
    "OEOOEE",
    "OEEOOE",
    "OEEEOO",
    "OEOEOE",
    "OEOEEO",
    "OEEOEO",
]


def ean13(digits: str, *, module: int = 4, height: int = 220) -> Image.Image:
    """The bars of thirteen digits."""
    left = "".join(
        (ODD if place == "O" else EVEN)[int(digit)]
        for place, digit in zip(SETS[int(digits[0])], digits[1:7], strict=True)
    )
    right = "".join(RIGHT[int(digit)] for digit in digits[7:])
    modules = f"101{left}01010{right}101"
    label = Image.new("RGB", ((len(modules) + 2 * QUIET) * module, height + 40), "white")
    pen = ImageDraw.Draw(label)
    for place, bar in enumerate(modules, QUIET):
        if bar == "1":
            pen.rectangle((place * module, 20, (place + 1) * module - 1, 20 + height), fill="black")
    return label


def qr(text: str, *, scale: int = 10) -> Image.Image:
    """A full QR code."""
    written = io.BytesIO()
    segno.make(text, micro=False).save(written, kind="png", scale=scale, border=4)
    return Image.open(written).convert("RGB")


def scene(
    label: Image.Image,
    *,
    tilt: float = 0,
    blur: float = 0,
    noise: float = 0,
    moved: tuple[int, int] = (0, 0),
) -> Image.Image:
    """The label on a grey wall: turned, out of focus, in poor light, off the middle."""
    wall = Image.new("RGB", SIZE, WALL)
    turned = label.rotate(tilt, expand=True, fillcolor=WALL, resample=Image.Resampling.BICUBIC)
    wall.paste(
        turned,
        ((SIZE[0] - turned.width) // 2 + moved[0], (SIZE[1] - turned.height) // 2 + moved[1]),
    )
    if blur:
        wall = wall.filter(ImageFilter.GaussianBlur(blur))
    return noisy(wall, noise) if noise else wall


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    """As a sensor sees it in a dark cellar: each point a little wrong."""
    grain = Image.effect_noise(SIZE, strength).convert("RGB")
    return ImageChops.add(picture, grain, scale=1, offset=-128)


def stripes(shift: int = 0) -> Image.Image:
    """A grille: what a reader of bars likes to take for a code."""
    wall = Image.new("RGB", SIZE, "#ccc")
    pen = ImageDraw.Draw(wall)
    for index, left in enumerate(range(100, 1180, 9)):
        pen.rectangle((left + shift, 150, left + shift + 2 + index * 7 % 5, 570), fill="#222")
    return wall


def focusing(label: Image.Image, *, frames: int = 20, tilt: float = 0) -> Iterable[Image.Image]:
    """A hand comes to rest and the lens finds its focus: worst at first, then good."""
    for number in range(frames):
        away = 1 - number / (frames - 1)
        yield scene(label, tilt=tilt + 8 * away, blur=7 * away, noise=12, moved=(int(60 * away), 0))


def film(frames: Sequence[Image.Image], path: Path, *, each: int = 1) -> Path:
    """Motion JPEG, as Chromium's --use-file-for-fake-video-capture plays it: thirty a second."""
    with path.open("wb") as file:
        for frame in frames:
            written = io.BytesIO()
            frame.save(written, "JPEG", quality=85)
            file.write(written.getvalue() * each)
    return path


def playing(path: Path) -> list[str]:
    """How Chromium is told to take the film for what its camera sees."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
