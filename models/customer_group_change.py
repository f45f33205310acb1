# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class CustomerGroup(models.Model):
    """Adding and removing any number of members at once."""

    _inherit = "customer.group"

    @api.model
    def _change_members(self, adds, removes, change):
        """Add and remove memberships, with ledger and journal, in four statements.

        The contacts themselves are neither read nor written nor locked. The caller has
        checked the rights.

        :param SQL adds: query (partner_id, group_id) of the pairs to add, or ``None``
        :param SQL removes: query of the pairs to remove, or ``None``
        :param Change change: what is being done
        :return: the operation with the exact numbers
        """
        membership = self.env["customer.group.membership"]
        operation = self.env["customer.group.operation"]._open(change)
        added = removed = 0
        if removes:
            changed = SQL(
                """DELETE FROM customer_group_res_partner_rel r USING (%s) AS pair
                    WHERE r.partner_id = pair.partner_id
                      AND r.group_id = pair.group_id
                RETURNING r.partner_id, r.group_id""",
                removes,
            )
            removed = membership._close(SQL("TABLE changed"), operation, changed)
        if adds:
            changed = SQL(
                """INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT partner_id, group_id FROM (%s) AS pair
                 ORDER BY group_id, partner_id
                       ON CONFLICT DO NOTHING
                RETURNING partner_id, group_id""",
                adds,
            )
            added = membership._start(SQL("TABLE changed"), operation, changed)
        operation.write({"added": added, "removed": removed})
        self.env["res.partner"].invalidate_model(["customer_group_ids"])
        return operation
