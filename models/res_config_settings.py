# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_customer_group_create = fields.Boolean(
        string="Everyone who may edit contacts",
        group="base.group_partner_manager",
        implied_group="customer_group.group_create",
    )
