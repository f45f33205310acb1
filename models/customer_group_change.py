# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, formatLang

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

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_copy_with_members(self):
        """Duplicate the group together with its own members, and open the copy.

        Contacts that the user may not change, or that are archived, are left out.

        :return: client action that says how many members the copy has
        :raise AccessError: when the user may not create groups, or not assign this one
        :raise UserError: when the group is archived
        """
        self.ensure_one()
        self.browse().check_access("create")
        self.check_access("read")
        self._check_assign(joining=self)
        copy = self.copy()
        members = [("customer_group_ids", "in", self.ids)]
        allowed = self.env["res.partner"]._get_assignable_query(members)
        adds = SQL(
            "SELECT p.id AS partner_id, %s AS group_id FROM (%s) AS p",
            copy.id,
            allowed.select(),
        )
        reason = self.env._("Copied from %s", self.display_name)
        operation = self._change_members(adds, None, Change("add", "bulk", reason))
        skipped = self.env["res.partner"].search_count(members) - operation.added
        # sudo: the journal is closed to everybody; the number comes from here.
        operation.sudo().skipped = skipped
        message = self.env._(
            "Members copied: %s.", formatLang(self.env, operation.added, digits=0)
        )
        if skipped:
            message += " " + self.env._(
                "Left out, because you may not change them: %s.",
                formatLang(self.env, skipped, digits=0),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if skipped else "success",
                "message": message,
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": self._name,
                    "res_id": copy.id,
                    "views": [(False, "form")],
                },
            },
        }
