# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from functools import partial

from odoo import models

#: Key of the context: the trace of the e-mail that is being sent.
TRACE_KEY = "customer_group_trace_id"


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _send(self, auto_commit=False, post_send_callback=None, **options):
        """Send e-mails of follow-up series one by one, each if it is still wanted.

        The others cost one query.
        """
        # sudo: who sends e-mails need not see the series.
        traces = self.env["customer.group.enrolment.trace"].sudo()
        traces = traces.search([("mail_mail_id", "in", self.ids)])
        followed = traces.mail_mail_id
        others = self - followed
        if others:
            super(MailMail, others)._send(
                auto_commit=auto_commit,
                post_send_callback=post_send_callback,
                **options,
            )
        ids = [(t.id, t.mail_mail_id.id) for t in traces._hold(auto_commit)]
        for trace_id, mail_id in ids:
            # Without the others: after each commit, the ORM would read all of them.
            trace, mail = traces.browse(trace_id), self.browse(mail_id)
            if trace._claim(auto_commit):
                mail = mail.with_context(**{TRACE_KEY: trace.id})
                send = super(MailMail, mail)._send
                trace._hand_over(partial(send, **options), auto_commit)
            if post_send_callback and auto_commit:
                post_send_callback(mail.ids)
        if traces and post_send_callback:
            post_send_callback(followed.ids)
        if traces and auto_commit:
            traces._commit()
        return True

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Add the link to unsubscribe, and say that a program wrote the e-mail."""
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        if trace_id := self.env.context.get(TRACE_KEY):
            # sudo: who sends e-mails need not see the series.
            trace = self.env["customer.group.enrolment.trace"].sudo().browse(trace_id)
            if trace.mail_mail_id.ids == self.ids:
                trace._complete_emails(emails)
        return emails

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """See after e-mails of series when there is no connection to the server."""
        if failure_type == "mail_smtp":
            # sudo: who sends e-mails need not see the series.
            traces = self.env["customer.group.enrolment.trace"].sudo()
            if traces.search([("mail_mail_id", "in", self.ids)], limit=1):
                self.env.ref("customer_group.ir_cron_trace_repair").sudo()._trigger()
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
