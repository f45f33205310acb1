# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class CustomerGroupEnrolmentTrace(models.Model):
    """What came of a step of a follow-up series for a contact.

    There is one row for a step and an enrollment, so that no step is ever done twice.
    """

    _name = "customer.group.enrolment.trace"
    _description = "Step Done for a Contact"
    _order = "id"
    _rec_name = "step_id"
    _log_access = False

    enrolment_id = fields.Many2one(
        comodel_name="customer.group.enrolment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(
        comodel_name="customer.group.sequence.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        selection=[
            ("queued", "Waiting to be sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Skipped"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    sent_date = fields.Datetime(string="Sent", readonly=True)
    mail_mail_id = fields.Many2one(
        comodel_name="mail.mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    message_id = fields.Char(string="Message-ID", readonly=True, index="btree_not_null")
    email = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)
    replied_at = fields.Datetime(string="Replied", readonly=True)
    bounced_at = fields.Datetime(string="Bounced", readonly=True)
    partner_id = fields.Many2one(related="enrolment_id.partner_id")
    sequence_id = fields.Many2one(related="enrolment_id.sequence_id")

    # For what was sent in the last hour.
    _date_idx = models.Index("(date)")
    _step_uniq = models.UniqueIndex("(enrolment_id, step_id)")
