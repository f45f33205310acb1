# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client what the menus of groups would each have to ask for."""
        info = super().session_info()
        manager = "customer_group.group_manager"
        info["groups"][manager] = self.env.user.has_group(manager)
        return info
