# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CustomerGroup(models.Model):
    _inherit = "customer.group"

    @api.constrains("company_id")
    def _check_company_of_leads(self):
        """Refuse a company that leads in the group do not belong to."""
        leads = self.env["crm.lead"]
        for _lead, group in leads._get_group_company_conflicts(
            SQL("r.group_id IN %s", self._ids)
        ):
            raise ValidationError(
                self.env._(
                    "“%(group)s” cannot belong to %(company)s, because leads of another"
                    " company are in it. Take them out of the group first.",
                    group=group.display_name,
                    company=group.company_id.display_name,
                )
            )

    def _get_company_obstacle(self, target):
        obstacle = super()._get_company_obstacle(target)
        if (
            not obstacle
            and target.company_id
            and self.env["crm.lead"]._get_group_company_conflicts(
                SQL("r.group_id IN %s", self._ids), SQL("%s", target.id)
            )
        ):
            obstacle = self.env._(
                "“%(target)s” belongs to %(company)s, but leads of other companies are"
                " in the other groups. Take these out first.",
                target=target.display_name,
                company=target.company_id.display_name,
            )
        return obstacle
