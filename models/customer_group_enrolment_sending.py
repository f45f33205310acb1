# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import smtplib
from datetime import timedelta
from traceback import walk_tb

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


class CustomerGroupSequenceStep(models.Model):
    _inherit = "customer.group.sequence.step"

    def _get_mail_values(self, enrolment):
        """Send to the contact alone, now, and keep the message with the contact.

        The row of the queue goes when the e-mail is sent; as a notification, it leaves
        the message behind.
        """
        return {
            **super()._get_mail_values(enrolment),
            "email_to": False,
            "is_notification": True,
            "scheduled_date": False,
        }


class CustomerGroupEnrolment(models.Model):
    _inherit = "customer.group.enrolment"

    def unlink(self):
        """Delete e-mails that wait, too: nobody could say any more what they are."""
        waiting = self.trace_ids.filtered(lambda t: t.state == "queued")
        waiting.mail_mail_id.mail_message_id.unlink()
        return super().unlink()


class CustomerGroupEnrolmentTrace(models.Model):
    """Whether an e-mail from the queue is to be sent, when its turn has come."""

    _inherit = "customer.group.enrolment.trace"

    def _hold(self, commit):
        """Let e-mails of series that are paused wait.

        :param bool commit: whether the transaction may end
        :return: those that need not wait
        """
        held = self.filtered(
            lambda t: t.sequence_id.active and t.sequence_id.state != "running"
        )
        if held:
            if commit:
                self._commit()
            held.mail_mail_id.try_lock_for_update().write(
                {"scheduled_date": fields.Datetime.now() + timedelta(hours=1)}
            )
        return self - held

    def _claim(self, commit):
        """Make sure that this e-mail is still wanted, and that nobody else sends it.

        :param bool commit: whether to note in the database that it is handed over, so
            that it is not sent again and again when the process ends there
        :return: whether to send it
        """
        try:
            if commit:  # the lock has to be the first thing a transaction does
                self._commit()
            mail = self.exists().mail_mail_id.try_lock_for_update()
            if mail.state != "outgoing" or not self._is_wanted():
                return False
            if commit:
                self.unconfirmed = True
                mail.write({"state": "exception", "failure_type": False})
                self._commit()
            mail.state = "outgoing"
            mail.flush_recordset()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not commit:
                raise
            self.env.cr.rollback()
            return False
        return True

    def _hand_over(self, send, commit):
        """Send this e-mail, and note what came of it.

        What the mail server said is committed before anything else, which could
        collide with other transactions.

        :param send: function that sends it
        :param bool commit: whether the transaction may end
        :raise smtplib.SMTPServerDisconnected: nothing can be sent with this connection
        """
        lost = None
        try:
            send()
        except smtplib.SMTPServerDisconnected as error:
            lost = error
            values = {"failure_type": False, "failure_reason": str(error)}
            self.mail_mail_id.write(values)
        self.unconfirmed = bool(lost) and self._has_left(lost)
        try:
            if commit:
                self._commit()
            self._settle()
            if commit:
                self._commit()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            if not commit:
                raise
            self.env.cr.rollback()
            self.env.ref("customer_group.ir_cron_trace_repair")._trigger()
        if lost:
            raise lost

    def _has_left(self, error):
        """Say whether the mail server may have got the e-mail before it went away."""
        return any(
            frame.f_code.co_name == "data" and frame.f_globals is vars(smtplib)
            for frame, _line in walk_tb(error.__traceback__)
        )

    def _commit(self):
        # An e-mail that was sent cannot be taken back by a later error.
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _is_wanted(self):
        """Look once more for a reason not to send this e-mail, and act on it."""
        enrolment, sequence = self.enrolment_id, self.sequence_id
        reason = (
            enrolment.stop_reason
            or (not sequence.active and "series")
            or enrolment._get_stop_reason()
        )
        if reason and not (reason == "undeliverable" and self.state == "failed"):
            labels = dict(
                enrolment._fields["stop_reason"]._description_selection(self.env)
            )
            enrolment._stop(reason)
            self._skip(labels[reason])
            return False
        days = sequence.max_delay_days
        planned = self.mail_mail_id.scheduled_date or self.date
        if days and planned < fields.Datetime.now() - timedelta(days=days):
            self._skip(self.env._("Too late: it waited for more than %s days.", days))
            return False
        self.write({"state": "queued", "email": self.partner_id.email_normalized})
        return True
