# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class CustomerGroupFromTagsLine(models.TransientModel):
    """What becomes of one tag, for the preview."""

    _name = "customer.group.from.tags.line"
    _description = "Contact Tag to Turn into a Customer Group"
    _rec_name = "tag_path"

    tag_path = fields.Char(string="Tag")
    group_path = fields.Char(string="Group")
    how = fields.Selection(
        selection=[
            ("new", "New"),
            ("linked", "Made before"),
            ("exists", "Exists"),
            ("merged", "Merged"),
        ],
        string="What",
    )
    remarks = fields.Text()
    contact_count = fields.Integer(
        string="Contacts", help="Contacts with the tag, archived ones included."
    )
    add_count = fields.Integer(string="To Add")
    remove_count = fields.Integer(string="To Remove")
