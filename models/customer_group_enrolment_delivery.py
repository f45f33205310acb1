# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: Minutes until an e-mail that could not be sent is tried again, time after time: a
#: mail server may be down for a night.
RETRY_MINUTES = (5, 20, 60, 240, 720)
#: Failures that come again however often one tries, as Odoo calls them.
PERMANENT_FAILURES = {
    "mail_email_invalid",
    "mail_email_missing",
    "mail_spam",
    "mail_bl",
    "mail_optout",
    "mail_dup",
}
#: How Python shows the answer of a mail server: (550, b'User unknown').
SMTP_REPLY = re.compile(r"\((\d)\d\d, b?['\"]")


class CustomerGroupSequence(models.Model):
    """How carefully the e-mails of a series are delivered."""

    _inherit = "customer.group.sequence"

    never_twice = fields.Boolean(
        string="Never Risk a Duplicate",
        help="When the connection breaks before the mail server has confirmed an"
        " e-mail, it may have arrived or not. Odoo then sends it once more, unless"
        " this is set.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "running":
            self._release_mails()
        return result

    def _release_mails(self):
        """Let e-mails that waited for the series to go on be sent."""
        # sudo: only the system administrator sees the queue.
        mails = self.env["mail.mail"].sudo()
        queued = self.env["customer.group.enrolment.trace"].sudo()
        queued = queued._search(
            [("sequence_id", "in", self.ids), ("state", "=", "queued")]
        )
        held = mails.search(
            [
                ("id", "in", queued.subselect("mail_mail_id")),
                ("state", "=", "outgoing"),
                ("scheduled_date", "!=", False),
            ]
        )
        if held:
            held.scheduled_date = fields.Datetime.now()
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _tell_of_undelivered(self, trace):
        """Tell the responsible that e-mails cannot be delivered.

        :param trace: the first of them
        """
        told = self.with_context(lang=self.user_id.lang)
        note = told.env._(
            "The e-mail for %(contact)s was given up, and maybe those for others."
            " The series has ended for them: %(error)s",
            contact=trace.partner_id.display_name,
            error=trace.error,
        )
        told._tell(told.env._("E-mails of this series cannot be delivered"), note)


class CustomerGroupEnrolment(models.Model):
    """The next step counts from when the e-mail of the former was sent."""

    _inherit = "customer.group.enrolment"

    @api.model
    def _get_due_domain(self):
        waiting = ("trace_ids", "not any", [("state", "=", "queued")])
        return super()._get_due_domain() & fields.Domain([waiting])

    def _count_from(self, moment):
        """Move the next step if it would be too early after an e-mail that was late.

        :param moment: when the e-mail was sent
        """
        for enrolment in self.filtered(lambda e: e.state == "running"):
            step = enrolment.next_step_id
            due = step and enrolment._get_next_run(step, moment)
            if due and enrolment.next_run < due:
                enrolment.next_run = due

    def _end_undelivered(self, stop_reason):
        """End the series for whom an e-mail could not be delivered, be it the last.

        :param str stop_reason: a value of ``stop_reason``
        """
        self._stop(stop_reason)
        self.filtered(lambda e: e.state == "done").write(
            {"state": "stopped", "stop_reason": stop_reason}
        )

    def action_resume(self):
        """Have e-mails that failed tried again, too."""
        result = super().action_resume()
        # sudo: the user may assign, as was checked, but nobody writes these.
        failed = self.sudo().trace_ids.filtered(lambda t: t.state == "failed")
        failed.filtered("mail_mail_id")._queue_again()
        return result


class CustomerGroupEnrolmentTrace(models.Model):
    """What becomes of an e-mail after it was put into Odoo's queue.

    Odoo gives up whatever cannot be sent at the first go. Here it is tried again where
    that may help. What counts is the state of the e-mail in the queue, which is written
    before and after everything else.
    """

    _inherit = "customer.group.enrolment.trace"

    #: E-mails looked at in one transaction.
    _batch_size = 500

    unconfirmed = fields.Boolean(
        readonly=True, help="Handed to the mail server, which has not answered (yet)."
    )
    repeated = fields.Boolean(
        string="Sent Again",
        readonly=True,
        help="The first time, the mail server did not say whether it got the e-mail."
        " Both carry the same Message-ID.",
    )

    _queued_idx = models.Index("(mail_mail_id) WHERE state = 'queued'")

    @api.model
    def _cron_repair(self):
        """Note what became of e-mails, and have those tried again that may succeed."""
        domain = fields.Domain(
            [
                ("state", "=", "queued"),
                "|",
                ("mail_mail_id", "=", False),
                ("mail_mail_id.state", "!=", "outgoing"),
            ]
        )
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=self.search_count(domain))
        last_id = 0
        while time_left:
            batch = self.search(
                domain & fields.Domain("id", ">", last_id),
                limit=self._batch_size,
                order="id",
            )
            if not batch:
                break
            last_id = batch[-1].id
            commit()
            try:
                batch._settle_unlocked()
                time_left = commit(len(batch))
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:  # its turn comes again
                self.env.cr.rollback()

    def _settle_unlocked(self):
        """Settle these, except e-mails that another process is sending right now."""
        locked = self.mail_mail_id.try_lock_for_update()
        self.filtered(
            lambda t: not t.mail_mail_id or t.mail_mail_id in locked
        )._settle()

    def _settle(self):
        """Note what became of these e-mails, judging by Odoo's queue."""
        queued = self.filtered(lambda t: t.state == "queued")
        for state, traces in queued.grouped(lambda t: t.mail_mail_id.state).items():
            if state in ("sent", "received"):
                traces._settle_sent()
            elif state == "exception":
                traces._settle_failed()
            elif state == "cancel":
                traces._skip(self.env._("Somebody has canceled the e-mail."))
            elif not state:
                traces._skip(self.env._("Somebody has deleted the e-mail."))

    def _settle_sent(self):
        now = fields.Datetime.now()
        self.write(
            {"state": "sent", "sent_date": now, "error": False, "unconfirmed": False}
        )
        self.enrolment_id._count_from(now)
        # The message stays with the contact; the row of the queue has had its use.
        self.mail_mail_id.filtered("is_notification").unlink()

    def _settle_failed(self):
        """Try again, or give up and end the series."""
        verdicts = self.grouped(
            lambda t: (t._get_verdict(), t.attempts, t.unconfirmed, t._get_error())
        )
        for (verdict, attempts, unconfirmed, error), traces in verdicts.items():
            if verdict == "retry":
                traces._try_again(attempts, unconfirmed, error)
            else:
                traces._fail(verdict, error)

    def _get_verdict(self):
        """Say whether to try again, or why the series ends.

        :return: ``retry``, or a value of ``stop_reason``
        """
        mail = self.mail_mail_id
        if mail.failure_type == "mail_email_missing":
            return "no_email"
        if mail.failure_type in PERMANENT_FAILURES:
            return "undeliverable"
        if self.unconfirmed:
            again = not (self.repeated or self.sequence_id.never_twice)
        else:
            again = not self._is_refused() and self.attempts < len(RETRY_MINUTES)
        return "retry" if again else "undeliverable"

    def _is_refused(self):
        """Say whether the mail server does not want this e-mail, now and later.

        That it does not like the sender, or the password, is not the contact's fault.
        """
        reason = self.mail_mail_id.failure_reason or ""
        reply = SMTP_REPLY.search(reason)
        return (
            self.mail_mail_id.failure_type == "unknown"
            and bool(reply)
            and reply[1] == "5"
            and "SMTPSenderRefused" not in reason
        )

    def _get_error(self):
        """Return what to show of the reason why the e-mail was not sent."""
        if self.unconfirmed:
            return self.env._(
                "The connection broke before the mail server confirmed the e-mail."
                " It may have arrived."
            )
        return (self.mail_mail_id.failure_reason or "").strip()[-500:]

    def _try_again(self, attempts, unconfirmed, error):
        """Put these e-mails back into the queue, for some time later.

        :param int attempts: how often they were tried again so far
        :param bool unconfirmed: they may have arrived
        :param str error: why they were not sent
        """
        wait = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES) - 1)]
        moment = fields.Datetime.now() + timedelta(minutes=wait)
        values = {"attempts": attempts + 1, "error": error, "unconfirmed": False}
        if unconfirmed:
            values["repeated"] = True
        self.write(values)
        mails = self.mail_mail_id
        mails.mark_outgoing()
        mails.write({"scheduled_date": moment, "failure_type": False})
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(moment)

    def _fail(self, stop_reason, error):
        """Give these e-mails up, and end the series for their contacts.

        :param str stop_reason: a value of ``stop_reason``
        """
        for failure_type, traces in self.grouped(
            lambda t: t.mail_mail_id.failure_type
        ).items():
            traces._mark_messages("exception", failure_type or "unknown", error)
        self.write({"state": "failed", "error": error, "unconfirmed": False})
        self._end_series(stop_reason)

    def _end_series(self, stop_reason):
        """End the series after these e-mails, and tell those who are responsible."""
        self.enrolment_id._end_undelivered(stop_reason)
        for sequence, traces in self.grouped("sequence_id").items():
            sequence._tell_of_undelivered(traces[0])

    def _queue_again(self):
        """Have these e-mails tried as if for the first time."""
        self.write({"state": "queued", "attempts": 0, "error": False})
        self.mail_mail_id.write(
            {"state": "outgoing", "scheduled_date": False, "failure_type": False}
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _skip(self, error):
        """Note why these e-mails are not sent; the series goes on, unless it ended.

        Nothing stays with the contact that looks as if it had been sent.
        """
        self.write({"state": "skipped", "error": error, "unconfirmed": False})
        self.mail_mail_id.mail_message_id.unlink()

    def _mark_messages(self, status, failure_type, error):
        """Show with the messages of the contacts that they did not get these e-mails.

        :param str status: a value of ``notification_status``
        """
        messages = self.env["mail.message"].search(
            [("message_id", "in", self.mapped("message_id"))]
        )
        by_id = {message.message_id: message for message in messages}
        self.env["mail.notification"].create(
            [
                {
                    "author_id": by_id[trace.message_id].author_id.id,
                    "mail_message_id": by_id[trace.message_id].id,
                    "mail_mail_id": trace.mail_mail_id.id,
                    "res_partner_id": trace.partner_id.id,
                    "notification_type": "email",
                    "notification_status": status,
                    "failure_type": failure_type,
                    "failure_reason": error,
                    "is_read": True,
                }
                for trace in self
                if trace.message_id in by_id
            ]
        )
