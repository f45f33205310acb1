# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MailComposeMessage(models.TransientModel):
    """E-mails to the contacts of a selection."""

    _inherit = "mail.compose.message"

    customer_group_snapshot_id = fields.Many2one(
        comodel_name="customer.group.selection.snapshot", ondelete="set null"
    )

    def _action_send_mail(self, auto_commit=False):
        """Enter in the snapshot that the e-mails are in the queue."""
        result = super()._action_send_mail(auto_commit=auto_commit)
        for composer in self.filtered("customer_group_snapshot_id"):
            composer.customer_group_snapshot_id._set_mailed(composer.subject)
        return result
