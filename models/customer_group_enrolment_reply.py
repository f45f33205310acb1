# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import email_normalize


class CustomerGroupEnrolmentTrace(models.Model):
    """What comes back after an e-mail was sent."""

    _inherit = "customer.group.enrolment.trace"

    @api.model
    def _note_reply(self, message_ids, email_from, partner_ids):
        """Note that contacts have answered, and end the series that ask for it.

        An answer counts when it comes from the contact, or from another address of the
        same company: whoever else knows the Message-ID does not end a series.

        :param list[str] message_ids: the e-mails that are answered
        :param str email_from: who writes
        :param list[int] partner_ids: the contacts with whom the answer is filed; it
            counts for the series they are in when it does not say what it answers
        """
        sender = email_normalize(email_from)
        answered = self.search([("message_id", "in", message_ids)])
        if not answered and partner_ids:
            domain = [
                ("partner_id", "in", partner_ids),
                ("enrolment_id.state", "=", "running"),
                ("state", "=", "sent"),
            ]
            sent = self.search(domain, order="id desc")
            answered = self.union(
                *(traces[0] for traces in sent.grouped("enrolment_id").values())
            )
        answered = answered.filtered(lambda t: t._is_contact(sender))
        first = answered.filtered(lambda t: not t.replied_at)
        first.replied_at = fields.Datetime.now()
        answered.filtered("sequence_id.stop_on_reply").enrolment_id._stop("replied")

    def _is_contact(self, address):
        """Say whether an address belongs to the contact, or to the same company."""
        if not address:
            return False
        partner = self.partner_id
        if address in (self.email, partner.email_normalized):
            return True
        return bool(
            partner.with_context(active_test=False).search_count(
                [
                    ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                    ("email_normalized", "=", address),
                ],
                limit=1,
            )
        )

    @api.model
    def _note_bounce(self, message_ids, text):
        """Note that e-mails came back, and end the series for their contacts.

        :param list[str] message_ids: the e-mails that came back
        :param str text: what the mail server says
        """
        traces = self.search(
            [("message_id", "in", message_ids), ("bounced_at", "=", False)]
        )
        if not traces:
            return
        error = text.strip()[:500]
        traces._mark_messages("bounce", "mail_bounce", error)
        traces.write(
            {"bounced_at": fields.Datetime.now(), "state": "failed", "error": error}
        )
        traces._end_series("undeliverable")
