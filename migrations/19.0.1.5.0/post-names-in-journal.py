# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
#: How reasons with the names of merged contacts began, in the languages there were.
PREFIXES = (
    "Merged with: ",
    "Zusammengeführt mit: ",
    "Fusionné avec : ",
    "Fusionado con: ",
    "已与以下联系人合并：",
)


def migrate(cr, version):
    """Forget the names of merged contacts, which would outlive the contacts."""
    cr.execute(
        """UPDATE customer_group_operation SET reason = NULL
            WHERE kind = 'merge' AND reason ^@ ANY (%s)""",
        [list(PREFIXES)],
    )
