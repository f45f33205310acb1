"""Check the pages for readers: links, the headings that links name, and pictures.

A page has to show each picture and ``make screenshots`` to take it; all are small.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("*.md", "docs/**/*.md", "glue/**/*.md", "**/description/index.html")
PICTURES = ("docs/images/*.png", "static/description/*.png")
NOT_TAKEN = {"icon"}
LIMIT = 150_000  # bytes
LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"')
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def get_anchors(text):
    """Return the anchors of the headings, as hosts of repositories make them."""
    headings = re.findall(r"^#+ +(.*?) *$", BLOCK.sub("", text), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def check_links(page, shown):
    """Yield what is wrong with the links of ``page``; add the targets to ``shown``."""
    text = re.sub(r"`[^`\n]*`", "", BLOCK.sub("", page.read_text()))
    for link in (markdown or html for markdown, html in LINK.findall(text)):
        if re.match(r"(https?|mailto):", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        shown.add(target)
        if not target.exists():
            yield f"{page.relative_to(ROOT)}: {link} does not exist"
        elif anchor and anchor not in get_anchors(target.read_text()):
            yield f"{page.relative_to(ROOT)}: no heading for {link}"


def check_picture(picture, shown, taken):
    """Yield what is wrong with a picture."""
    name = picture.relative_to(ROOT)
    if picture not in shown:
        yield f"{name}: no page shows it"
    if picture.stem not in taken:
        yield f"{name}: dev/screenshots/shots.mjs does not take it"
    if picture.stat().st_size > LIMIT:
        yield f"{name}: more than {LIMIT // 1000} kB"


shown = set()
wrong = [
    error
    for pattern in PAGES
    for page in sorted(ROOT.glob(pattern))
    for error in check_links(page, shown)
]
shots = (ROOT / "dev/screenshots/shots.mjs").read_text()
taken = set(re.findall(r'name: "([^"]+)"', shots))
wrong += [
    error
    for pattern in PICTURES
    for picture in sorted(ROOT.glob(pattern))
    if picture.stem not in NOT_TAKEN
    for error in check_picture(picture, shown, taken)
]
sys.exit("\n".join(wrong) or 0)
