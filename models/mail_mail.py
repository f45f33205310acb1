# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import smtplib
from traceback import walk_tb

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

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
        for trace in traces._hold(auto_commit):
            mail = self.browse(trace.mail_mail_id.id)
            if trace._claim(auto_commit):
                mail._send_followed(trace, auto_commit, options)
            if post_send_callback and auto_commit:
                post_send_callback(mail.ids)
        if traces and post_send_callback:
            post_send_callback(followed.ids)
        if traces and auto_commit:
            self.env.cr.commit()
        return True

    def _send_followed(self, trace, auto_commit, options):
        """Send an e-mail of a series, and note what came of it.

        What the mail server said is committed before anything else, which could
        collide with other transactions.
        """
        mail = self.with_context(**{TRACE_KEY: trace.id})
        trace = trace.with_context(**{TRACE_KEY: False})
        lost = None
        try:
            super(MailMail, mail)._send(auto_commit=False, **options)
        except smtplib.SMTPServerDisconnected as error:
            lost = error
            self.write({"failure_type": False, "failure_reason": str(error)})
        trace.unconfirmed = bool(lost) and self._is_handed_over(lost)
        try:
            if auto_commit:
                self.env.cr.commit()
            trace._settle()
            if auto_commit:
                self.env.cr.commit()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not auto_commit:
                raise
            self.env.cr.rollback()
            self.env.ref("customer_group.ir_cron_trace_repair").sudo()._trigger()
        if lost:  # the others cannot be sent with this connection
            raise lost

    def _is_handed_over(self, error):
        """Say whether the mail server may have got the e-mail before it went away."""
        return any(
            frame.f_code.co_name == "data" and frame.f_globals is vars(smtplib)
            for frame, _line in walk_tb(error.__traceback__)
        )

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
