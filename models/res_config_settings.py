# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_group_creators = fields.Selection(
        selection=[
            ("named", "Managers, and users who have the right “Create”"),
            ("editors", "Everyone who may edit contacts"),
        ],
        string="Who may create customer groups",
        required=True,
        default="named",
    )

    @api.model
    def _get_customer_group_roles(self):
        """Return the role of contact editors, and the one that may create groups."""
        return (
            self.env.ref("base.group_partner_manager"),
            self.env.ref("customer_group.group_create"),
        )

    @api.model
    def get_values(self):
        editors, creators = self._get_customer_group_roles()
        everyone = creators in editors.all_implied_ids
        return super().get_values() | {
            "customer_group_creators": "editors" if everyone else "named"
        }

    def set_values(self):
        editors, creators = self._get_customer_group_roles()
        if self.customer_group_creators == "editors":
            editors._apply_group(creators)
        else:
            editors._remove_group(creators)
        return super().set_values()
