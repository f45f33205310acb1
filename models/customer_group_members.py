# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import operator as python_operator
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGroup(models.Model):
    """How many contacts are in a group, and which."""

    _inherit = "customer.group"

    direct_member_count = fields.Integer(
        string="Direct Members",
        compute="_compute_member_count",
        search="_search_direct_member_count",
        help="Contacts in this very group.",
    )
    member_count = fields.Integer(
        string="Members",
        compute="_compute_member_count",
        search="_search_member_count",
        help="Contacts in this group or in one of its subgroups, each counted once.",
    )
    cached_direct_member_count = fields.Integer(
        string="Direct Members (List)",
        compute="_compute_cached_member_count",
        search="_search_cached_direct_member_count",
        exportable=False,
        help="Contacts in this very group. In a large database the number of some"
        " minutes ago, of all companies: it can be more than you find.",
    )
    cached_member_count = fields.Integer(
        string="Members (List)",
        compute="_compute_cached_member_count",
        search="_search_cached_member_count",
        exportable=False,
        help="Contacts in this group or in one of its subgroups, each counted once. In"
        " a large database the number of some minutes ago, of all companies: it can be"
        " more than you find.",
    )
    count_date = fields.Datetime(
        string="Counted On",
        compute="_compute_cached_member_count",
        exportable=False,
        help="When the members in the list were counted. Empty: just now.",
    )

    # ------------------------------------------------------------
    # COMPUTE, SEARCH
    # ------------------------------------------------------------

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_member_count(self):
        counts = {
            id_: (direct, total) for id_, direct, total in self._get_member_counts()
        }
        for group in self:
            group.direct_member_count, group.member_count = counts.get(
                group._origin.id, (0, 0)
            )

    def _get_member_counts(self):
        """Count what the current user would find by searching contacts himself.

        One query for all groups: subgroups come by the path, each contact counts once
        per group. Archived contacts do not count, nor do archived subgroups of an
        active group.

        :return: rows ``(group id, direct members, members with subgroups)``; groups
            without members are left out
        """
        if not self._origin:
            return []
        self.flush_model(["parent_path", "active"])
        partners = self.env["res.partner"]._search([])
        subgroups = self.with_context(active_test=False)._search([])
        return self.env.execute_query(
            SQL(
                """SELECT g.id,
                          count(*) FILTER (WHERE r.group_id = g.id),
                          count(DISTINCT r.partner_id)
                     FROM customer_group g
                     JOIN customer_group s ON s.parent_path ^@ g.parent_path
                     JOIN customer_group_res_partner_rel r ON r.group_id = s.id
                    WHERE g.id IN %(ids)s
                      AND (s.active OR NOT g.active)
                      AND s.id IN %(subgroups)s
                      AND r.partner_id IN %(partners)s
                 GROUP BY g.id""",
                ids=self._origin._ids,
                subgroups=subgroups.subselect(),
                partners=partners.subselect(),
            )
        )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cached_member_count(self):
        counts = {id_: row for id_, *row in self._get_cached_member_counts()}
        for group in self:
            (
                group.cached_direct_member_count,
                group.cached_member_count,
                group.count_date,
            ) = counts.get(group._origin.id, (0, 0, False))

    def _get_cached_member_counts(self):
        """Return the members as lists show them, fast for any number of groups.

        What the current user would count himself in a small database, and for groups
        that are new; otherwise what was counted last, with its date.

        :return: rows ``(group id, direct members, members with subgroups, date)``;
            groups without members may be left out
        """
        Count = self.env["customer.group.count"]
        if not Count._is_large():
            return [(*row, False) for row in self._get_member_counts_by_contact()]
        cached = Count._get_counts(self._origin._ids)
        live = self._origin - self.browse(row[0] for row in cached)
        return [*cached, *((*row, False) for row in live._get_member_counts())]

    def _get_member_counts_by_contact(self):
        """Count like :meth:`_get_member_counts`, fast for many groups and few contacts.

        Each contact is read once, with all its groups, instead of once for each group
        above them.
        """
        wanted = set(self._origin._ids)
        if not wanted:
            return []
        self.flush_model(["parent_path", "active"])
        visible = self.with_context(active_test=False)._search([])
        groups = self.env.execute_query(visible.select("id", "parent_path", "active"))
        is_active = {id_: active for id_, path, active in groups}
        above = {
            id_: [
                top
                for top in map(int, path.split("/")[:-1])
                if top in wanted and (active or not is_active[top])
            ]
            for id_, path, active in groups
        }
        rows = self.env.execute_query(
            SQL(
                """SELECT group_ids, count(*)
                     FROM (SELECT array_agg(group_id) AS group_ids
                             FROM customer_group_res_partner_rel
                            WHERE partner_id IN %s
                         GROUP BY partner_id) contact
                 GROUP BY group_ids""",
                self.env["res.partner"]._search([]).subselect(),
            )
        )
        direct = defaultdict(int)
        total = defaultdict(int)
        for group_ids, number in rows:
            for id_ in group_ids:
                direct[id_] += number
            for id_ in set().union(*[above.get(id_, ()) for id_ in group_ids]):
                total[id_] += number
        return [(id_, direct[id_], number) for id_, number in total.items()]

    @api.model
    def _search_direct_member_count(self, operator, value):
        return self._search_count("_get_member_counts", 1, operator, value)

    @api.model
    def _search_member_count(self, operator, value):
        return self._search_count("_get_member_counts", 2, operator, value)

    @api.model
    def _search_cached_direct_member_count(self, operator, value):
        return self._search_count("_get_cached_member_counts", 1, operator, value)

    @api.model
    def _search_cached_member_count(self, operator, value):
        return self._search_count("_get_cached_member_counts", 2, operator, value)

    def _search_count(self, method, column, operator, value):
        compare = {
            "in": lambda count, values: count in values,
            "<": python_operator.lt,
            "<=": python_operator.le,
            ">": python_operator.gt,
            ">=": python_operator.ge,
        }.get(operator)
        if not compare:
            return NotImplemented
        groups = self.with_context(active_test=False).search(Domain.TRUE)
        counts = {row[0]: row[column] for row in getattr(groups, method)()}
        return Domain(
            "id",
            "in",
            [id_ for id_ in groups.ids if compare(counts.get(id_, 0), value)],
        )

    @api.model
    def _get_subtree_ids(self, values):
        """Return the ids of groups and of all that is below them, if they are visible.

        Archived subgroups belong to it only below an archived group: somebody who asks
        for that one by its id wants to see what it was.

        :param values: the groups at the top: ids, or texts that stand in their path
        """
        values = [values] if isinstance(values, (int, str)) else list(values or ())
        ids = {value for value in values if value and isinstance(value, int)}
        texts = [value for value in values if value and isinstance(value, str)]
        if texts:
            named = (Domain("display_name", "ilike", text) for text in texts)
            ids.update(self._search(Domain.OR(named)).get_result_ids())
        if not ids:
            return []
        self.flush_model(["parent_path", "active"])
        visible = self.with_context(active_test=False)._search([])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT s.id
                     FROM customer_group g
                     JOIN customer_group s ON s.parent_path ^@ g.parent_path
                    WHERE g.id IN %(ids)s
                      AND (s.active OR NOT g.active)
                      AND s.id IN %(visible)s""",
                ids=tuple(ids),
                visible=visible.subselect(),
            )
        )
        return [id_ for [id_] in rows]

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_members(self):
        """Open the contacts of the group and of its subgroups.

        :return: action dictionary
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.res_partner_action_members"
        )
        open_to_user = self.can_assign and self.active
        context = {
            "customer_group_id": self.id,
            "customer_group_reserved": not self.can_assign,
            "customer_group_closed": not open_to_user,
        }
        if open_to_user:
            context["default_customer_group_ids"] = self.ids
        return action | {
            "display_name": self.complete_name,
            "domain": [("customer_group_ids", "child_of", self.id)],
            "context": context,
        }
