# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class CustomerGroup(models.Model):
    """Which contact tags a group was made from."""

    _inherit = "customer.group"

    # Several tags can have become one group; and one tag a group in each company.
    tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        relation="customer_group_tag_rel",
        column1="group_id",
        column2="tag_id",
        string="Made from Tags",
        context={"active_test": False},
        copy=False,
        exportable=False,
        groups="customer_group.group_manager",
        help="By this the group is found again when contact tags are turned into"
        " groups once more, wherever it was moved and whatever it is called now.",
    )
