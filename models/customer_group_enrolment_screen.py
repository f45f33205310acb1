# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class CustomerGroupEnrolment(models.Model):
    """Why a contact is in a series, in words."""

    _inherit = "customer.group.enrolment"

    why = fields.Char(compute="_compute_why")
    start_source = fields.Selection(related="operation_id.source", string="How")
    start_user_id = fields.Many2one(related="operation_id.user_id", string="By")
    start_reason = fields.Char(related="operation_id.reason", string="Reason")

    @api.depends("partner_id", "sequence_id")
    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = (
                f"{enrolment.partner_id.display_name}: {enrolment.sequence_id.name}"
            )

    @api.depends("group_id", "operation_id", "parent_id", "sequence_id.trigger")
    def _compute_why(self):
        """Tell what started the series: a group joined or left, a series, a person."""
        for enrolment in self:
            enrolment.why = enrolment._get_why()

    def _get_why(self):
        """Return what started the series for the contact.

        :return: a sentence without a period
        :rtype: str
        """
        group = self.group_id._filtered_access("read")
        if group and self.sequence_id.trigger == "leave":
            return self.env._("Left %s", group.name)
        if group:
            return self.env._("Joined %s", group.name)
        if self.parent_id:
            return self.env._("Started by another series")
        if self.group_id:
            return self.env._("A group of another company")
        return self.env._("Started by hand")
