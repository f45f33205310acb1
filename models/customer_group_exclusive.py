# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerGroup(models.Model):
    """Groups of whose subgroups a contact is in one at most: sizes, regions."""

    _inherit = "customer.group"

    is_exclusive = fields.Boolean(
        string="One Subgroup per Customer",
        tracking=True,
        help="A customer is in at most one of the subgroups. Rules are tried in their"
        " order, the first that matches wins; by hand, a new choice replaces the old.",
    )

    def _get_other_branches(self):
        """Return the groups that exclude this one, as they are in the tree.

        :return: pair of lists of ids: all of them, and those whose rules come first
        """
        self.ensure_one()
        # sudo: branches that the user does not see exclude this one as well.
        groups = self.sudo().with_context(active_test=True)
        path = [int(id_) for id_ in (self.parent_path or "").split("/")[:-1]]
        others, earlier = [], []
        for above, branch in zip(groups.browse(path), path[1:], strict=False):
            if above.is_exclusive:
                branches = groups.search([("parent_id", "=", above.id)]).ids
                before = (
                    branches[: branches.index(branch)] if branch in branches else []
                )
                others += groups._get_subtree_ids(set(branches) - {branch})
                earlier += groups._get_subtree_ids(before)
        return others, earlier

    @api.model
    def _leave_other_branches(self, operation, group_ids):
        """Take contacts out of the branches that exclude what they have joined.

        :param operation: the change by which they joined
        :param group_ids: the groups they joined
        :raise UserError: when a contact was put into two groups that exclude each other
        """
        for group in self.sudo().browse(group_ids):
            others, _earlier = group._get_other_branches()
            if not others:
                continue
            pairs = SQL(
                """SELECT m.partner_id, m.group_id, m.start_operation_id
                     FROM customer_group_membership m
                     JOIN customer_group_membership joined
                       ON joined.partner_id = m.partner_id
                    WHERE joined.start_operation_id = %s
                      AND joined.group_id = %s
                      AND joined.date_end IS NULL
                      AND m.group_id = ANY(%s)
                      AND m.date_end IS NULL""",
                operation.id,
                group.id,
                others,
            )
            rows = self.env.execute_query(
                SQL(
                    "SELECT * FROM (%s) AS p WHERE start_operation_id = %s LIMIT 1",
                    pairs,
                    operation.id,
                )
            )
            for partner_id, other_id, _operation_id in rows:
                raise UserError(
                    self.env._(
                        "“%(group)s” and “%(other)s” exclude each other. Choose one of"
                        " them for %(partner)s.",
                        group=group.display_name,
                        other=group.browse(other_id).display_name,
                        partner=self.env["res.partner"].browse(partner_id).display_name,
                    )
                )
            self._take_out(pairs, operation)

    @api.model
    def _take_out(self, pairs, operation):
        """Remove further members as a part of a change that is under way.

        :param SQL pairs: query with the columns (partner_id, group_id)
        """
        changed = SQL(
            """DELETE FROM customer_group_res_partner_rel r USING (%s) AS pair
                WHERE r.partner_id = pair.partner_id AND r.group_id = pair.group_id
            RETURNING r.partner_id, r.group_id""",
            pairs,
        )
        removed = self.env["customer.group.membership"]._close(
            SQL("TABLE changed"), operation, changed
        )
        operation.removed += removed
        self.env["res.partner"].invalidate_model(["customer_group_ids"])
