# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """What search panel, search bar and "group by" need to find contacts by group."""

    _inherit = "res.partner"

    # Only for searching: the search panel shows a tree for a many2one, and the search
    # bar lists the groups to choose from.
    customer_group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Customer Group or Subgroup",
        compute="_compute_customer_group_id",
        search="_search_customer_group_id",
        exportable=False,
        groups="base.group_user",
    )
    # Only for the search bar: lists the groups whose members are to be left out.
    customer_group_exclude_id = fields.Many2one(
        comodel_name="customer.group",
        string="Not in Group",
        compute="_compute_customer_group_id",
        exportable=False,
        groups="base.group_user",
    )
    customer_main_group_ids = fields.Many2many(
        comodel_name="customer.group",
        string="Main Groups",
        compute="_compute_customer_main_group_ids",
        search="_search_customer_main_group_ids",
        groups="base.group_user",
        help="The groups at the top of the tree that the contact is in, itself or"
        " through a subgroup.",
    )

    # ------------------------------------------------------------
    # COMPUTE, SEARCH
    # ------------------------------------------------------------

    def _compute_customer_group_id(self):
        self.customer_group_id = self.customer_group_exclude_id = False

    # Not on the path of the groups: moving one would look up all its members.
    @api.depends("customer_group_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_main_group_ids(self):
        members = self.with_context(active_test=True)
        members._forget_hidden_customer_groups()
        for partner, member in zip(self, members, strict=True):
            groups = member.customer_group_ids
            partner.customer_main_group_ids = groups.browse().union(
                *(line[0] for line in groups._get_lines())
            )

    @api.model
    def _search_customer_main_group_ids(self, operator, value):
        """Find the members of main groups and of all active groups below them."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM then negates the answer to the opposite
        if operator in ("any", "any!") and isinstance(value, Domain):
            return self._get_in_main_groups_domain(value, operator == "any!")
        if operator != "in":  # "child_of" ids, "ilike" a text, "any!" of a query
            path = "display_name" if operator.endswith("like") else "id"
            return self._get_in_main_groups_domain(Domain(path, operator, value))
        ids = [id_ for id_ in value if id_]
        domain = self._get_in_main_groups_domain(Domain("id", "in", ids))
        if False in value:
            domain |= ~self._get_in_main_groups_domain(Domain.TRUE)
        return domain

    @api.model
    def _get_in_main_groups_domain(self, condition, bypass_access=False):
        groups = self.env["customer.group"].with_context(active_test=True)
        main_groups = groups._search(
            condition & Domain("parent_id", "=", False), bypass_access=bypass_access
        )
        ids = groups._get_subtree_ids(main_groups.get_result_ids())
        return self._get_in_groups_domain(ids)

    # ------------------------------------------------------------
    # SEARCH PANEL
    # ------------------------------------------------------------

    @api.model
    def search_panel_select_range(self, field_name, **kwargs):
        """Give the groups in the search panel their colors."""
        result = super().search_panel_select_range(field_name, **kwargs)
        if field_name == "customer_group_id" and result.get("values"):
            self.env["customer.group"].flush_model(["color"])
            ids = [value["id"] for value in result["values"]]
            query = SQL("SELECT id, color FROM customer_group WHERE id = ANY(%s)", ids)
            colors = dict(self.env.execute_query(query))
            for value in result["values"]:
                value["color"] = colors[value["id"]]
        return result
