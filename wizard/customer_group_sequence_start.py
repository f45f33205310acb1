# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class CustomerGroupSequenceStart(models.TransientModel):
    """Let the ticked contacts enter a series, after a look at their number."""

    _name = "customer.group.sequence.start"
    _inherit = "customer.group.ticked"
    _description = "Start a Follow-up Series"

    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        required=True,
        domain=[("state", "=", "running")],
        ondelete="cascade",
    )
    selected_count = fields.Integer(compute="_compute_counts", string="Selected")
    enter_count = fields.Integer(compute="_compute_counts", string="Will enter")
    is_large = fields.Boolean(compute="_compute_counts")
    typed_count = fields.Integer(string="Type the Number to Confirm")

    @api.depends("partner_domain", "sequence_id")
    def _compute_counts(self):
        limit = self.env["customer.group.selection"]._get_confirm_limit()
        for wizard in self:
            domain = wizard._get_domain()
            wizard.selected_count = self.env["res.partner"].search_count(domain)
            sequence = wizard.sequence_id
            wizard.enter_count = sequence and sequence._count_start_for(domain)
            wizard.is_large = wizard.enter_count > limit

    def action_start(self):
        """Let the contacts enter.

        :return: client action that says how many entered
        :raise AccessError: when the user may not start series
        :raise UserError: when nobody can enter, the series does not run, or the number
            of many contacts was not confirmed
        """
        self.ensure_one()
        if not self.enter_count:
            raise UserError(
                self.env._(
                    "None of these contacts can enter “%s” now: they are in it, were in"
                    " it, or you may not change them.",
                    self.sequence_id.name,
                )
            )
        if self.is_large and self.typed_count != self.enter_count:
            raise UserError(
                self.env._(
                    "Type the number of contacts, %s, to confirm that you mean all of"
                    " them.",
                    self.enter_count,
                )
            )
        entered = self.sequence_id._start_for(self._get_domain())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Started: %s contacts.", formatLang(self.env, entered, digits=0)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
