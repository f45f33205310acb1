# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from .customer_group_membership import RETENTION
from .customer_group_name import IGNORE_SIMILAR
from .customer_group_selection import CONFIRM_ABOVE


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_group_assigners = fields.Selection(
        selection=[
            ("editors", "Everyone who may edit contacts"),
            ("named", "Managers, and users who have the right “Assign”"),
        ],
        string="Who may put contacts into groups",
        required=True,
        default="editors",
    )
    customer_group_creators = fields.Selection(
        selection=[
            ("named", "Managers, and users who have the right “Create”"),
            ("editors", "Everyone who may edit contacts"),
        ],
        string="Who may create customer groups",
        required=True,
        default="named",
    )
    group_customer_group_search_panel = fields.Boolean(
        string="Show groups beside contacts",
        implied_group="customer_group.group_search_panel",
    )
    customer_group_warn_similar = fields.Boolean(
        string="Warn of nearly the same name", default=True
    )
    customer_group_retention_months = fields.Integer(
        string="Months", config_parameter=RETENTION
    )

    @api.constrains("customer_group_retention_months")
    def _check_customer_group_retention_months(self):
        for settings in self:
            if settings.customer_group_retention_months < 0:
                raise ValidationError(
                    self.env._(
                        "The history is kept for a number of months. Enter 0 to keep it"
                        " for good."
                    )
                )

    customer_group_confirm_above = fields.Integer(
        string="Have the number of contacts typed above"
    )

    @api.onchange("customer_group_creators")
    def _onchange_customer_group_creators(self):
        """Who may create groups may also put contacts into them."""
        if self.customer_group_creators == "editors":
            self.customer_group_assigners = "editors"

    @api.onchange("customer_group_assigners")
    def _onchange_customer_group_assigners(self):
        if self.customer_group_assigners == "named":
            self.customer_group_creators = "named"

    @api.model
    def _get_customer_group_role(self, name):
        return self.env.ref(f"customer_group.group_{name}")

    @api.model
    def get_values(self):
        editors = self.env.ref("base.group_partner_manager").all_implied_ids
        parameters = self.env["ir.config_parameter"].sudo()

        def get_who(role):
            implied = self._get_customer_group_role(role) in editors
            return "editors" if implied else "named"

        return super().get_values() | {
            "customer_group_assigners": get_who("assign"),
            "customer_group_creators": get_who("create"),
            "customer_group_confirm_above": self.env[
                "customer.group.selection"
            ]._get_confirm_limit(),
            "customer_group_warn_similar": not parameters.get_param(IGNORE_SIMILAR),
        }

    def set_values(self):
        result = super().set_values()
        self._set_customer_group_role("assign", self.customer_group_assigners)
        self._set_customer_group_role("create", self.customer_group_creators)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(IGNORE_SIMILAR, not self.customer_group_warn_similar)
        limit = max(0, self.customer_group_confirm_above)
        parameters.set_param(CONFIRM_ABOVE, str(limit))
        return result

    def _set_customer_group_role(self, name, who):
        """Give a role to everybody who may edit contacts, or to named users only.

        Taking it away takes away the higher roles too, which imply it; the roles keep
        what they imply themselves.
        """
        editors = self.env.ref("base.group_partner_manager")
        role = self._get_customer_group_role(name)
        if who == "editors":
            editors._apply_group(role)
            return
        roles = self._get_customer_group_role("manager").all_implied_ids
        roles = roles.filtered(lambda other: role in other.all_implied_ids)
        links = [Command.unlink(other.id) for other in roles]
        givers = editors.all_implied_ids - roles
        givers.filtered(lambda group: group.implied_ids & roles).implied_ids = links
