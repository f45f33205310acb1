"""Put new pictures into the repository, as small as they have to be.

Called as ``shrink.py FOLDER_OF_NEW_PICTURES REPOSITORY``.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageChops

LIMIT = 150_000  # bytes; dev/lint/docs.py checks it


def save(picture):
    """Return a PNG of all colors or, if that were too large, of 256."""
    for candidate in (picture, picture.quantize(256, dither=Image.Dither.NONE)):
        file = io.BytesIO()
        candidate.save(file, "PNG", optimize=True)
        if file.tell() <= LIMIT:
            break
    return file.getvalue()


def shows_same(picture, path):
    """Tell whether the picture at ``path`` is the same already."""
    if not path.exists():
        return False
    before = Image.open(path).convert("RGB")
    return before.size == picture.size and not (
        ImageChops.difference(before, picture).getbbox()
    )


folder, repository = map(Path, sys.argv[1:])
for new in sorted(folder.rglob("*.png")):
    path = repository / new.relative_to(folder)
    picture = Image.open(new).convert("RGB")
    if not shows_same(picture, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(save(picture))
        print(f"{new.relative_to(folder)}: {path.stat().st_size / 1000:.0f} kB")
