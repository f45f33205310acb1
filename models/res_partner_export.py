# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL

COLUMN = ["customer_group_ids"]


class ResPartner(models.Model):
    """Exporting the groups of many contacts."""

    _inherit = "res.partner"

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Write the names of groups from a table that is made once.

        Odoo asks each group of each contact for its name, and whether it is active.
        """
        import_compatible = self.env.context.get("import_compat", True)
        columns = [path[0] for path in fields if path]
        if (
            not _is_toplevel_call
            or not import_compatible
            or COLUMN not in fields
            or columns.count(*COLUMN) > 1
        ):
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        index = fields.index(COLUMN)
        others = [path for path in fields if path != COLUMN]
        # Contacts with further lines, say of their addresses, have the id in the first.
        lines = super()._export_rows([[".id"], *others])
        cells = self._get_group_cells()
        for line in lines:
            line.insert(index, cells.get(line.pop(0), ""))
        return lines

    def _get_group_cells(self):
        """Return the names of the groups of each contact.

        :return: dict ``{id of the contact, as text: names}``
        """
        self.check_access("read")
        self._check_field_access(self._fields[COLUMN[0]], "read")
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, array_agg(group_id)
                     FROM customer_group_res_partner_rel
                    WHERE partner_id = ANY(%s) GROUP BY partner_id""",
                self.ids,
            )
        )
        used = list({group_id for _partner_id, ids in rows for group_id in ids})
        groups = self.env["customer.group"].search([("id", "in", used)])
        names = {
            group.id: (place, group.display_name) for place, group in enumerate(groups)
        }
        return {
            str(partner_id): ",".join(
                name
                for _place, name in sorted(names[id_] for id_ in ids if id_ in names)
            )
            for partner_id, ids in rows
        }
