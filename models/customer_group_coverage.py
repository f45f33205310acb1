# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang


class CustomerGroup(models.Model):
    """How well the groups of a tree cover the contacts."""

    _inherit = "customer.group"

    #: So many contacts can be opened as a list of those that are in several subgroups.
    _double_limit = 10_000

    missing_count = fields.Integer(
        string="Contacts in None",
        compute="_compute_coverage",
        exportable=False,
        help="Contacts neither in the group nor in one of its subgroups.",
    )
    double_count = fields.Integer(
        string="Contacts in Several",
        compute="_compute_coverage",
        exportable=False,
        help="Contacts in two or more subgroups, although one is allowed.",
    )
    empty_count = fields.Integer(
        string="Empty Subgroups",
        compute="_compute_coverage",
        exportable=False,
        help="Groups at the bottom of the tree without any member.",
    )
    attention_count = fields.Integer(
        string="Rules to Look At",
        compute="_compute_coverage",
        exportable=False,
        help="Rules that do not work, or that wait for a person.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_coverage(self):
        """Count all of it in a few queries, whatever the number of groups."""
        self.env.flush_all()
        total = self.env["res.partner"].search_count([])
        members = {row[0]: row[2] for row in self._get_cached_member_counts()}
        double = dict(self._get_doubles(SQL("count(*)"), SQL("GROUP BY id")))
        empty = dict(self._count_below(SQL("s.active"), self._sql_is_empty()))
        attention = dict(
            self._count_below(
                SQL("s.active AND s.use_rule"),
                SQL(
                    """EXISTS (SELECT FROM customer_group_rule_run run
                                WHERE run.group_id = s.id
                                  AND run.state IN ('review', 'error'))"""
                ),
            )
        )
        for group in self:
            group.missing_count = total - members.get(group.id, 0)
            group.double_count = double.get(group.id, 0)
            group.empty_count = empty.get(group.id, 0)
            group.attention_count = attention.get(group.id, 0)

    def _get_doubles(self, columns, grouping=None):
        """Find the contacts in several branches of which one is allowed.

        :param SQL columns: what to return of ``partner_id``, after the id of the group
        :param SQL grouping: how to sum it up
        :return: rows
        """
        return self.env.execute_query(
            SQL(
                """SELECT id, %s
                     FROM (SELECT top.id, r.partner_id
                             FROM customer_group top
                             JOIN customer_group branch
                               ON branch.parent_id = top.id AND branch.active
                             JOIN customer_group s
                               ON s.parent_path ^@ branch.parent_path AND s.active
                             JOIN customer_group_res_partner_rel r ON r.group_id = s.id
                            WHERE top.id IN %s AND top.is_exclusive
                              AND r.partner_id IN %s
                         GROUP BY top.id, r.partner_id
                           HAVING count(DISTINCT branch.id) > 1) AS double
                    %s LIMIT %s""",
                columns,
                self._origin._ids or (0,),
                self.env["res.partner"]._search([]).subselect(),
                grouping or SQL(),
                self._double_limit,
            )
        )

    def _count_below(self, which, condition):
        """Count the visible groups in each of these trees that meet a condition.

        :param SQL which: condition on the groups, with the alias ``s``, as the next one
        :return: rows (id, number)
        """
        return self.env.execute_query(
            SQL(
                """SELECT top.id, count(*)
                     FROM customer_group top
                     JOIN customer_group s ON s.parent_path ^@ top.parent_path
                    WHERE top.id IN %s AND %s AND %s AND s.id IN %s
                 GROUP BY top.id""",
                self._origin._ids or (0,),
                which,
                condition,
                self._search([]).subselect(),
            )
        )

    @api.model
    def _sql_is_empty(self):
        return SQL(
            """NOT EXISTS (SELECT FROM customer_group child
                            WHERE child.parent_id = s.id AND child.active)
           AND NOT EXISTS (SELECT FROM customer_group_res_partner_rel r
                             JOIN res_partner p ON p.id = r.partner_id
                            WHERE r.group_id = s.id AND p.active)"""
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_missing(self):
        """Open the contacts that are in no group of this tree.

        :return: action dictionary
        """
        domain = ["!", ("customer_group_ids", "child_of", self.id)]
        return self._get_contacts_action(
            self.env._("Not in %s", self.display_name), domain
        )

    def action_view_double(self):
        """Open the contacts that are in several subgroups of which one is allowed.

        :return: action dictionary
        :raise UserError: when they are too many for a list
        """
        ids = [row[1] for row in self._get_doubles(SQL("partner_id"))]
        if len(ids) >= self._double_limit:
            raise UserError(
                self.env._(
                    "More than %(number)s contacts are in several subgroups of"
                    " “%(group)s”. Filter the contacts by two of the subgroups to see"
                    " some of them.",
                    number=formatLang(self.env, self._double_limit, digits=0),
                    group=self.display_name,
                )
            )
        return self._get_contacts_action(
            self.env._("In several subgroups of %s", self.display_name),
            [("id", "in", ids)],
        )

    def _get_contacts_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "res.partner",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": domain,
        }

    def action_view_empty(self):
        """Open the groups of this tree that nobody is in.

        :return: action dictionary
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT s.id FROM customer_group s
                    WHERE s.parent_path ^@ %s AND s.active AND %s""",
                self.parent_path,
                self._sql_is_empty(),
            )
        )
        return self._get_groups_action([("id", "in", [id_ for [id_] in rows])])

    def action_view_attention(self):
        """Open the groups of this tree whose rules need a person.

        :return: action dictionary
        """
        return self._get_groups_action(
            [
                ("id", "child_of", self.id),
                ("use_rule", "=", True),
                ("rule_state", "in", ["review", "error"]),
            ]
        )

    def _get_groups_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_action"
        )
        views = [(False, "list"), (False, "form")]
        return action | {"views": views, "domain": domain, "context": {}}
