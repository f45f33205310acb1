# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and paths of groups, as plain functions on strings."""

from difflib import get_close_matches

from odoo.tools import remove_accents

PATH_SEPARATOR = "/"
#: Characters a name may not contain: the first separates the names of a path, the
#: second separates the groups in one cell of an imported file.
FORBIDDEN_CHARACTERS = (PATH_SEPARATOR, ",")
#: With what a text begins that a spreadsheet or its writer takes for a formula or
#: a link. Exported cells get an apostrophe in front, which imports take away again.
FORMULA_STARTS = ("=", "+", "-", "@", "{=", "internal:", "external:", "mailto:")
MAX_NAME_LENGTH = 100
#: Share of equal characters above which two names are taken for variants of one.
SIMILARITY = 0.85


def clean_name(name):
    """Return ``name`` without outer and repeated white space.

    >>> clean_name("  Key   accounts ")
    'Key accounts'
    >>> clean_name("'-20 %")
    '-20 %'
    """
    return unquote(" ".join(name.split()))


def unquote(cell):
    """Return the text of a cell without the apostrophe that guards a formula.

    >>> unquote("'=A1"), unquote("'s-Hertogenbosch")
    ('=A1', "'s-Hertogenbosch")
    """
    guarded = cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS)
    return cell[1:] if guarded else cell


def to_name(text):
    """Return ``text`` as a name without the characters that names may not contain.

    >>> to_name("Food/ drinks,  snacks")
    'Food - drinks - snacks'
    """
    for character in FORBIDDEN_CHARACTERS:
        text = text.replace(character, PATH_SEPARATOR)
    return " - ".join(filter(None, split_path(text)))


def normalize_name(name):
    """Return the form of ``name`` in which case and accents do not count.

    >>> normalize_name(" Écoles  SUPÉRIEURES") == normalize_name("ecoles superieures")
    True
    """
    return remove_accents(clean_name(name).casefold())


def split_path(path):
    """Return the names of a path such as ``"Wholesale / EU"``, outermost first.

    >>> split_path("Wholesale/ EU")
    ['Wholesale', 'EU']
    """
    return [clean_name(name) for name in path.split(PATH_SEPARATOR)]


def join_path(names):
    """Return the path that :func:`split_path` takes apart.

    >>> join_path(["Wholesale", "EU"])
    'Wholesale / EU'
    """
    return f" {PATH_SEPARATOR} ".join(names)


def find_similar(name, candidates):
    """Return the candidate that ``name`` is most likely a variant of.

    Names that differ in their digits are meant to differ.

    :param str name: the name somebody is about to use
    :param list[str] candidates: the names in use
    :return: one of ``candidates``, or ``None`` when nothing comes close

    >>> find_similar("Whole sale", ["Retail", "Wholesale"])
    'Wholesale'
    >>> find_similar("Schools", ["Retail", "Wholesale"])
    >>> find_similar("Region 2", ["Region 1"])
    """
    key = normalize_name(name)
    by_key = {
        normalize_name(candidate): candidate
        for candidate in candidates
        if _get_digits(candidate) == _get_digits(key)
    }
    keys = get_close_matches(key, by_key, n=1, cutoff=SIMILARITY)
    return by_key[keys[0]] if keys else None


def _get_digits(text):
    return "".join(filter(str.isdigit, text))
