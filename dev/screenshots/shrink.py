"""Put new pictures into the repository, with as few colors as they need.

Called as ``shrink.py FOLDER_OF_NEW_PICTURES REPOSITORY``.
"""

import sys
from pathlib import Path

from PIL import Image, ImageChops

LIMIT = 150_000  # bytes; dev/lint/docs.py checks it


def shrink(source, target):
    """Write ``source`` to ``target``, unless it shows the same.

    :return: what happened, for the terminal
    """
    picture = Image.open(source).convert("RGB")
    picture = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=0)
    if target.exists():
        before = Image.open(target).convert("RGB")
        now = picture.convert("RGB")
        if before.size == now.size and not ImageChops.difference(before, now).getbbox():
            return "same"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, optimize=True)
    size = target.stat().st_size
    return f"{size / 1000:.0f} kB" + (" TOO LARGE" if size > LIMIT else "")


folder, repository = map(Path, sys.argv[1:])
for new in sorted(folder.rglob("*.png")):
    path = new.relative_to(folder)
    print(f"{path}: {shrink(new, repository / path)}")
