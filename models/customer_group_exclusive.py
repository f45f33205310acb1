# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from itertools import chain, pairwise

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

    @api.model
    def _get_branches(self):
        """Return the branches of the tree that exclude each other.

        :return: dict: id of a group with exclusive subgroups, to its branches in their
            order, each a list of ids
        """
        # sudo: branches that the user does not see exclude others as well.
        groups = self.sudo().with_context(active_test=True)
        exclusive = groups.search([("is_exclusive", "=", True)]).ids
        branches = {id_: {} for id_ in exclusive}
        domain = [("id", "child_of", exclusive)]
        for group in groups.search_fetch(domain, ["parent_path"]) if exclusive else ():
            for above, branch in pairwise(map(int, group.parent_path.split("/")[:-1])):
                if above in branches:
                    branches[above].setdefault(branch, []).append(group.id)
        return {id_: list(parts.values()) for id_, parts in branches.items()}

    def _get_other_branches(self):
        """Return the groups that exclude this one, as they are in the tree.

        :return: pair of lists of ids: all of them, and those whose rules come first
        """
        self.ensure_one()
        branches = self._get_rule_index()["branches"]
        others, earlier = [], []
        for above in map(int, (self.parent_path or "").split("/")[:-1]):
            parts = branches.get(above, [])
            place = next((i for i, ids in enumerate(parts) if self.id in ids), None)
            if place is not None:
                earlier += chain(*parts[:place])
                others += chain(*parts[:place], *parts[place + 1 :])
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
            operation.removed += self._take_out(pairs, operation)
            self.env["res.partner"].invalidate_model(["customer_group_ids"])
