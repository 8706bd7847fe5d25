"""Pictures that people send: what is taken, and how it is encoded anew. Bytes in, bytes out."""

import io
import struct
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from trainee_mgmt.kit.errors import Refused

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000  # a phone of today makes 50
LONG_SIDE, THUMBNAIL_SIDE = 1920, 360
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # no SVG: it is a program, not a picture


@dataclass(frozen=True)
class Picture:
    full: bytes  # JPEG without metadata
    thumbnail: bytes
    width: int
    height: int


def encode_anew(data: bytes) -> Picture:
    """Decode and encode as JPEG: upright, at most 1920 pixels long, nothing but pixels. Refuses what is no picture."""
    if len(data) > MOST_BYTES:
        raise Refused(
            _("The picture has %(size)s MB; at most %(most)s MB are taken.")
            % {"size": len(data) // 2**20, "most": MOST_BYTES // 2**20}
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Refused(_("The picture has too many pixels. Send a smaller one."))
                opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
                picture = ImageOps.exif_transpose(opened).convert(
                    "RGBA" if opened.mode in ("RGBA", "LA", "P") else "RGB"
                )
    except Refused:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        TypeError,
        struct.error,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise Refused(_("This is not a picture that we can read. Send a JPEG, PNG or WebP.")) from error
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    full = _jpeg(picture, 82)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture(full, _jpeg(small, 75), picture.width, picture.height)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
