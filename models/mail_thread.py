# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.mail import mail_header_msgid_re


class MailThread(models.AbstractModel):
    """E-mails that come in may be answers to those of a follow-up series."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        if routes and not self._is_automatic(message):
            # sudo: whoever runs the mail gateway, series are told of answers.
            traces = self.env["customer.group.enrolment.trace"].sudo()
            traces._note_reply(
                self._get_message_ids(message_dict),
                message_dict["email_from"],
                [id_ for model, id_, *_more in routes if model == "res.partner"],
            )
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        if self._is_final_bounce(email_message):
            # sudo: whoever runs the mail gateway, series are told of bounces.
            traces = self.env["customer.group.enrolment.trace"].sudo()
            traces._note_bounce(
                message_dict["bounced_msg_ids"] or [],
                html2plaintext(message_dict.get("body") or ""),
            )
        return result

    @api.model
    def _get_message_ids(self, message_dict):
        """Return the Message-IDs that an e-mail says it answers."""
        headers = f"{message_dict['references']} {message_dict['in_reply_to']}"
        return mail_header_msgid_re.findall(headers)

    @api.model
    def _is_automatic(self, message):
        """Say whether a program wrote an e-mail, as out-of-office replies are."""
        return (
            message.get("Auto-Submitted", "no").split(";")[0].strip().lower() != "no"
            or message.get("Precedence", "").strip().lower()
            in ("bulk", "junk", "list", "auto_reply")
            or "X-Autoreply" in message
            or "X-Autorespond" in message
        )

    @api.model
    def _is_final_bounce(self, message):
        """Say whether a report is about failure, not about delay or being read."""
        if message.get_param("report-type") == "disposition-notification":
            return False
        reports = [
            part
            for part in message.walk()
            if part.get_content_type() == "message/delivery-status"
        ]
        actions = [
            block["Action"].strip().lower()
            for report in reports
            for block in report.iter_parts()
            if block["Action"]
        ]
        return not actions or "failed" in actions
