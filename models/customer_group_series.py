# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


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

    customer_group_optout_count = fields.Integer(
        string="Opt-outs",
        compute="_compute_customer_group_optout_count",
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

    @api.depends("email_normalized")
    def _compute_customer_group_optout_count(self):
        """Count what the contacts, or others of the same address, want no e-mails of.

        Takes one query for all of them.
        """
        optouts = self.env["customer.group.optout"].search_fetch(
            self._get_optout_domain(), ["partner_id", "email"]
        )
        for partner in self:
            partner.customer_group_optout_count = len(
                optouts.filtered_domain(partner._get_optout_domain())
            )

    def _get_optout_domain(self):
        emails = [email for email in self.mapped("email_normalized") if email]
        return Domain("partner_id", "in", self.ids) | Domain("email", "in", emails)

    def action_view_optouts(self):
        """Open what the contact wants no e-mails of.

        :return: action
        """
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_optout_action_partner"
        ) | {"domain": list(self._get_optout_domain())}
