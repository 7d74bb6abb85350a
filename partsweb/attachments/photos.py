"""Photos: decoded within limits, turned upright, made smaller, and rid of all they tell besides.

Every photo becomes a new JPEG of its pixels alone. Position, camera, dates, comments and whatever
else was hidden in the file stay behind.
"""

from __future__ import annotations

import io
import tempfile

from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from partsweb.kit.refusal import Refusal

LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
MOST_PIXELS = 60_000_000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Our own limit holds before anything is decoded; Pillow's would only warn up to twice its value.
Image.MAX_IMAGE_PIXELS = None
register_heif_opener(thumbnails=False)

_srgb = ImageCms.createProfile("sRGB")


def is_photo(content: bytes) -> bool:
    """Whether the bytes begin like a photo of a kind that we read."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or (content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS)
    )


def clean(content: bytes, called: str) -> tuple[bytes, bytes]:
    """The photo as a clean JPEG, and its thumbnail as WebP."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _refuse_too_many_pixels(opened, called)
            photo = _upright(opened)
            return _as_jpeg(photo), _as_thumbnail(photo)
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - decoders fail in every way there is; each means this
        raise Refusal(
            f"{called} is damaged and can't be shown. Take the photo again, or choose another."
        ) from None


def _refuse_too_many_pixels(opened: Image.Image, called: str) -> None:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise Refusal(
            f"{called} is too large to open: {width} × {height} pixels, and 60 million is the "
            "most. Set the camera to a smaller size, or send a screenshot of it."
        )


def _upright(opened: Image.Image) -> Image.Image:
    """The first picture in it, not larger than needed, the right way up, in plain colours."""
    turn = _turn(opened)
    # Lets JPEG decode at a half or a quarter, which is most of the time a large one takes.
    opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    opened.load()
    profile = opened.info.get("icc_profile")
    photo = opened.convert("RGBA") if opened.has_transparency_data else opened
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2)
    photo = _in_srgb(photo, profile)
    return photo.transpose(turn) if turn is not None else photo


def _turn(opened: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(opened.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken metadata is no reason to refuse the picture
        return None


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that every screen takes for granted, since the profile stays behind."""
    alpha = photo.getchannel("A") if photo.mode == "RGBA" else None
    if photo.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        photo = photo.convert("RGB")
    colours = photo.convert("RGB") if alpha else photo
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colours = ImageCms.profileToProfile(colours, given, _srgb, outputMode="RGB") or colours
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that doesn't fit the picture
    plain = Image.new("RGB", photo.size, "white")
    plain.paste(colours.convert("RGB"), mask=alpha)
    return plain


def _as_jpeg(photo: Image.Image) -> bytes:
    # Only into a real file does Pillow write without holding up all other threads meanwhile.
    with tempfile.TemporaryFile() as written:
        photo.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        written.seek(0)
        return written.read()


def _as_thumbnail(photo: Image.Image) -> bytes:
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=78)
    return written.getvalue()
