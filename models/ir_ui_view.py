# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    type = fields.Selection(selection_add=[("customer_group_manager", "Group Manager")])

    def _get_view_info(self):
        icon = "fa fa-sitemap"
        return {"customer_group_manager": {"icon": icon}} | super()._get_view_info()
