# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CustomerGroupAsOf(models.TransientModel):
    """Ask for a day and show who was in a group at its end."""

    _name = "customer.group.as.of"
    _description = "Members on a Date"

    group_id = fields.Many2one("customer.group", required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    include_subgroups = fields.Boolean(string="Including Subgroups", default=True)
    has_subgroups = fields.Boolean(compute="_compute_has_subgroups")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if "group_id" in fields and context.get("active_model") == "customer.group":
            values.setdefault("group_id", context.get("active_id"))
        return values

    @api.depends("group_id")
    def _compute_has_subgroups(self):
        for wizard in self:
            wizard.has_subgroups = wizard.group_id.with_context(
                active_test=False
            ).child_ids

    def action_open(self):
        """Open the contacts that were in the group at the end of the day.

        :return: action dictionary
        :raise UserError: when the day has not come yet
        """
        self.ensure_one()
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._("This day has not come yet. Choose today or an earlier day.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.res_partner_action_as_of"
        )
        return action | {
            "display_name": self.env._(
                "%(group)s on %(date)s",
                group=self.group_id.complete_name,
                date=format_date(self.env, self.date),
            ),
            "domain": self._get_domain(),
        }

    def _get_domain(self):
        """Return the domain of the contacts; also programs may use it as it is.

        The day ends at midnight in the time zone of the user.

        :rtype: list
        """
        end = self.env.tz.localize(datetime.combine(self.date, time.max))
        end = fields.Datetime.to_string(end.astimezone(pytz.utc))
        groups = self.group_id
        if self.include_subgroups:
            # By their ids, archived ones as well: the database plans with ids.
            groups = groups.with_context(active_test=False).search(
                [("id", "child_of", groups.id)]
            )
        return [
            ("active", "in", [True, False]),
            (
                "customer_group_membership_ids",
                "any",
                [
                    ("group_id", "in", groups.ids),
                    ("date_start", "<=", end),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">", end),
                ],
            ),
        ]
