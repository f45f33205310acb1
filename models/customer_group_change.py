# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .customer_group_operation import Change


class CustomerGroup(models.Model):
    """Adding and removing any number of members at once."""

    _inherit = "customer.group"

    def _check_assign(self, joining):
        """Check that the current user may change who is in these groups.

        :param joining: those of the groups that contacts are to join
        :raise AccessError: when a group is reserved for managers
        :raise UserError: when contacts are to join an archived group
        """
        reserved = self.filtered(lambda group: not group.can_assign)
        if reserved:
            raise AccessError(
                self.env._(
                    "Only managers of customer groups decide who is in “%s”."
                    " Ask one of them to make the change.",
                    reserved[0].display_name,
                )
            )
        archived = joining.filtered(lambda group: not group.active)
        if archived:
            raise UserError(
                self.env._(
                    "The group “%s” is archived. Unarchive it before you add contacts.",
                    archived[0].display_name,
                )
            )

    @api.model
    def _change_members(self, adds, removes, change):
        """Add memberships, then remove others, with ledger and journal.

        Takes the same few statements for any number of contacts, and neither reads nor
        writes nor locks these. The caller has checked the rights of the user.

        :param SQL adds: query (partner_id, group_id) of the pairs to add, or ``None``
        :param SQL removes: query of the pairs to remove, or ``None``
        :param Change change: what is being done
        :return: the operation with the exact numbers
        :raise UserError: when a contact belongs to another company than a group
        """
        membership = self.env["customer.group.membership"]
        operation = self.env["customer.group.operation"]._open(change)
        added = removed = 0
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
            self.env["res.partner"]._check_customer_group_company(
                SQL(
                    """(r.partner_id, r.group_id) IN (
                       SELECT partner_id, group_id FROM customer_group_membership
                        WHERE start_operation_id = %s)""",
                    operation.id,
                )
            )
        if removes:
            changed = SQL(
                """DELETE FROM customer_group_res_partner_rel r USING (%s) AS pair
                    WHERE r.partner_id = pair.partner_id
                      AND r.group_id = pair.group_id
                RETURNING r.partner_id, r.group_id""",
                removes,
            )
            removed = membership._close(SQL("TABLE changed"), operation, changed)
        operation.write({"added": added, "removed": removed})
        self.env["res.partner"].invalidate_model(["customer_group_ids"])
        return operation

    def unlink(self):
        """Enter it in the journal, as the history of a group disappears with it."""
        source = self.env["customer.group.operation"]._get_change().source
        members = dict(
            self.env.execute_query(
                SQL(
                    """SELECT group_id, count(*) FROM customer_group_res_partner_rel
                        WHERE group_id IN %s GROUP BY group_id""",
                    self._ids or (0,),
                )
            )
        )
        deleted = [(group.complete_name, members.get(group.id, 0)) for group in self]
        result = super().unlink()
        for name, count in deleted:
            self.env["customer.group.operation"]._open(
                Change("delete", source, name), removed=count
            )
        return result
