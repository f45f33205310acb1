# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class CustomerGroup(models.Model):
    """The series that a change of members would start."""

    _inherit = "customer.group"

    join_sequence_ids = fields.Many2many(
        comodel_name="customer.group.sequence",
        string="Joining Starts",
        compute="_compute_sequence_ids",
        groups="customer_group.group_assign",
    )
    leave_sequence_ids = fields.Many2many(
        comodel_name="customer.group.sequence",
        string="Leaving Starts",
        compute="_compute_sequence_ids",
        groups="customer_group.group_assign",
    )

    def _compute_sequence_ids(self):
        """Look up the running series; those of other companies are not shown."""
        sequences = self.env["customer.group.sequence"]
        index = sequences._get_start_index()
        for group in self:
            for trigger in ("join", "leave"):
                found = sequences.browse(index.get((trigger, group.id), []))
                group[f"{trigger}_sequence_ids"] = found._filtered_access("read")


class ResPartner(models.Model):
    """The series that a contact goes, or went, through."""

    _inherit = "res.partner"

    customer_group_enrolment_ids = fields.One2many(
        comodel_name="customer.group.enrolment",
        inverse_name="partner_id",
        string="Follow-up Series",
        readonly=True,
        copy=False,
        exportable=False,
        groups="customer_group.group_assign",
    )
    customer_group_series_count = fields.Integer(
        string="Series",
        compute="_compute_customer_group_series_count",
        groups="customer_group.group_assign",
    )
    customer_group_series_running = fields.Integer(
        string="Running Series",
        compute="_compute_customer_group_series_count",
        groups="customer_group.group_assign",
    )

    @api.depends("customer_group_enrolment_ids.state")
    def _compute_customer_group_series_count(self):
        self.customer_group_series_count = self.customer_group_series_running = 0
        for partner, state, count in self.env["customer.group.enrolment"]._read_group(
            [("partner_id", "in", self.ids)], ["partner_id", "state"], ["__count"]
        ):
            partner.customer_group_series_count += count
            if state == "running":
                partner.customer_group_series_running = count
