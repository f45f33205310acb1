"""Turn Odoo's raw export into the translation template of an add-on and bring the
translations up to its terms; or check that the template in the repository is that one
and that every language translates all of it.

Odoo exports every Python file below an add-on. Terms of what is not installed with it
(the glue add-ons, dev/, tests) are dropped, and so is what differs between two exports
of the same code: dates and order.
"""

import argparse
import sys
from copy import copy
from pathlib import Path

import polib

LANGUAGES = ("de", "es", "fr", "zh_CN")
FOREIGN_FOLDERS = ("dev", "docs", "glue", "tests")


def read_export(path, addon):
    """Return the terms of the addon itself, in a fixed order."""
    foreign = tuple(f"code:addons/{addon}/{folder}/" for folder in FOREIGN_FOLDERS)
    pot = polib.POFile(wrapwidth=0)
    pot.header = (
        " Translation of Odoo Server.\n"
        f" This file contains the translation of the following modules:\n \t* {addon}\n"
    )
    pot.metadata = {
        "Project-Id-Version": "Odoo Server 19.0",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "",
    }
    for entry in sorted(polib.pofile(str(path)), key=lambda entry: entry.msgid):
        entry.msgstr = ""
        entry.occurrences = sorted(
            {place for place in entry.occurrences if not place[0].startswith(foreign)}
        )
        if entry.occurrences:
            pot.append(entry)
    return pot


def terms(pot):
    return {entry.msgid: {path for path, _line in entry.occurrences} for entry in pot}


def find_problems(pot, folder, addon):
    """Yield what is wrong with the template and the translations in the folder."""
    template = folder / f"{addon}.pot"
    if not template.exists():
        yield f"{template.name} is missing; run: make pot"
    elif terms(polib.pofile(str(template))) != terms(pot):
        yield f"{template.name} is not that of the code; run: make pot"
    for language in LANGUAGES:
        path = folder / f"{language}.po"
        if not path.exists():
            yield f"{path.name} is missing"
            continue
        translated = {
            entry.msgid for entry in polib.pofile(str(path)).translated_entries()
        }
        missing = [entry.msgid for entry in pot if entry.msgid not in translated]
        for msgid in missing:
            yield f"{path.name} does not translate {msgid!r}"


def update_translation(path, pot):
    """Give the translation the terms of the template; new ones are left empty."""
    old = polib.pofile(str(path))
    translations = {entry.msgid: entry.msgstr for entry in old}
    po = polib.POFile(wrapwidth=0)
    po.header, po.metadata = pot.header, old.metadata
    for entry in pot:
        entry = copy(entry)
        entry.msgstr = translations.get(entry.msgid, "")
        po.append(entry)
    po.save(str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("export", type=Path, help="what odoo i18n export wrote")
    parser.add_argument("addon", type=Path, help="folder of the add-on")
    args = parser.parse_args()
    pot = read_export(args.export, args.export.stem)
    folder = args.addon / "i18n"
    if args.check:
        problems = list(find_problems(pot, folder, args.export.stem))
        sys.exit("\n".join(f"{args.export.stem}: {line}" for line in problems) or None)
    folder.mkdir(exist_ok=True)
    pot.save(str(folder / f"{args.export.stem}.pot"))
    for path in folder.glob("*.po"):
        update_translation(path, pot)


if __name__ == "__main__":
    main()
