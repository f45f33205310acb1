# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.customer_group.models.customer_group_enrolment_delivery import (
    RETRY_MINUTES,
)

from .delivery_common import DeliveryCommon

REFUSED = "[Errno 111] Connection refused"
UNKNOWN = (
    "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n"
    "SMTPRecipientsRefused: {'anna@example.com': (550, b'5.1.1 User unknown')}"
)
LATER = (
    "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n"
    "SMTPDataError: (451, b'4.3.0 Try again later')"
)
SENDER = (
    "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n"
    "SMTPSenderRefused: (553, b'Sender not allowed', 'shop@example.com')"
)


@tagged("post_install", "-at_install")
class TestDeliveryRepair(DeliveryCommon):
    """What comes of e-mails in the queue. The reasons are those of a real server."""

    # ------------------------------------------------------------
    # SENT
    # ------------------------------------------------------------

    def test_sent(self):
        mail, message = self.trace.mail_mail_id, self.trace.mail_mail_id.mail_message_id
        self.assertEqual(mail.recipient_ids, self.anna)
        self.assertFalse(mail.email_to)
        mail.state = "sent"
        self.repair()
        self.assertEqual(self.trace.state, "sent")
        self.assertTrue(self.trace.sent_date)
        self.assertFalse(mail.exists())
        self.assertIn(message, self.anna.message_ids)

    def test_next_step_counts_from_sending(self):
        planned = self.enrolment.next_run
        with freeze_time(fields.Datetime.now() + timedelta(hours=30)):
            self.trace.mail_mail_id.state = "sent"
            self.repair()
        late = self.enrolment.next_run - planned
        self.assertAlmostEqual(late, timedelta(hours=30), delta=timedelta(minutes=1))

    def test_next_step_waits_for_the_queue(self):
        self.run_due(days=3)
        self.assertEqual(len(self.enrolment.trace_ids), 1)
        self.trace.mail_mail_id.state = "sent"
        self.repair()
        self.run_due(days=3)
        self.assertEqual(len(self.enrolment.trace_ids), 2)

    # ------------------------------------------------------------
    # NOT SENT
    # ------------------------------------------------------------

    def test_tries_again_for_a_day(self):
        mail = self.trace.mail_mail_id
        for attempt, minutes in enumerate(RETRY_MINUTES, 1):
            self.refuse(self.trace, REFUSED, failure_type=False)
            self.repair()
            self.assertEqual((self.trace.state, mail.state), ("queued", "outgoing"))
            self.assertEqual(self.trace.attempts, attempt)
            wait = mail.scheduled_date - fields.Datetime.now()
            self.assertAlmostEqual(
                wait, timedelta(minutes=minutes), delta=timedelta(minutes=1)
            )
        self.refuse(self.trace, REFUSED, failure_type=False)
        self.repair()
        self.assertEqual((self.trace.state, self.trace.error), ("failed", REFUSED))
        self.assertEqual(self.enrolment.stop_reason, "undeliverable")

    def test_temporary(self):
        for reason in (LATER, SENDER, "[Errno 110] Connection timed out"):
            with self.subTest(reason=reason):
                self.refuse(self.trace, reason)
                self.repair()
                self.assertEqual(self.trace.state, "queued")
                self.assertEqual(self.trace.error, reason)

    def test_permanent(self):
        message = self.trace.mail_mail_id.mail_message_id
        self.refuse(self.trace, UNKNOWN)
        self.repair()
        self.assertEqual((self.trace.state, self.trace.attempts), ("failed", 0))
        self.assertEqual(self.enrolment.state, "stopped")
        self.assertEqual(self.enrolment.stop_reason, "undeliverable")
        [mark] = message.notification_ids
        self.assertEqual(mark.notification_status, "exception")
        self.assertIn("User unknown", mark.failure_reason)

    def test_permanent_for_odoo(self):
        for failure_type, reason in [
            ("mail_email_invalid", "undeliverable"),
            ("mail_email_missing", "no_email"),
            ("mail_spam", "undeliverable"),
        ]:
            with self.subTest(failure_type=failure_type):
                partner = self.Partner.create(
                    {"name": reason, "email": f"{failure_type}@example.com"}
                )
                [trace] = self.enter(partner)
                self.refuse(trace, "", failure_type)
                self.repair()
                self.assertEqual(trace.enrolment_id.stop_reason, reason)

    def test_one_activity_per_series(self):
        self.refuse(self.trace, UNKNOWN)
        self.repair()
        [activity] = self.series.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        traces = self.enter(self.ben + self.dora)
        self.refuse(traces, UNKNOWN)
        self.repair()
        self.assertEqual(self.series.activity_ids, activity)

    def test_perhaps_arrived(self):
        """It is sent again once, and fails if that is not confirmed either."""
        message_id = self.trace.mail_mail_id.message_id
        for state in ("queued", "failed"):
            self.trace.unconfirmed = True
            self.refuse(self.trace, "Connection unexpectedly closed", False)
            self.repair()
            self.assertEqual(self.trace.state, state)
            self.assertTrue(self.trace.repeated)
            self.assertIn("may have arrived", self.trace.error)
            self.assertEqual(self.trace.mail_mail_id.message_id, message_id)

    def test_never_twice(self):
        self.series.never_twice = True
        self.trace.unconfirmed = True
        self.refuse(self.trace, "Connection unexpectedly closed", False)
        self.repair()
        self.assertEqual(self.trace.state, "failed")
        self.assertFalse(self.trace.repeated)

    def test_canceled_by_a_person(self):
        message = self.trace.mail_mail_id.mail_message_id
        self.trace.mail_mail_id.cancel()
        self.repair()
        self.assertEqual(self.trace.state, "skipped")
        self.assertIn("canceled", self.trace.error)
        self.assertFalse(message.exists())
        self.run_due(days=3)
        self.assertEqual(len(self.enrolment.trace_ids), 2)

    def test_deleted_by_a_person(self):
        self.trace.mail_mail_id.mail_message_id.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.repair()
        self.assertEqual(self.trace.state, "skipped")
        self.assertIn("deleted", self.trace.error)

    def test_tried_again_by_a_person(self):
        """Who repairs an address may have the e-mail sent after all."""
        self.refuse(self.trace, UNKNOWN)
        self.repair()
        self.trace.mail_mail_id.action_retry()
        self.let_send(self.trace)
        self.assertEqual(self.trace.state, "queued")
        self.trace.mail_mail_id.state = "sent"
        self.repair()
        self.assertEqual(self.trace.state, "sent")

    def test_resume(self):
        """Who resumes the series has the e-mail sent after all, then the next one."""
        self.refuse(self.trace, UNKNOWN)
        self.repair()
        self.enrolment.with_user(self.assigner).action_resume()
        self.assertEqual((self.trace.state, self.trace.attempts), ("queued", 0))
        self.assertEqual(self.trace.mail_mail_id.state, "outgoing")
        self.run_due(days=3)
        self.assertEqual(len(self.enrolment.trace_ids), 1)
        self.trace.mail_mail_id.state = "sent"
        self.repair()
        self.assertEqual(self.enrolment.state, "running")
        self.run_due(days=3)
        self.assertEqual(len(self.enrolment.trace_ids), 2)

    def test_last_step_fails(self):
        """A series of which the last e-mail failed is not done."""
        series = self.create_series([self.email()])
        self.join(self.ben)
        self.run_due()
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.state, "done")
        self.refuse(enrolment.trace_ids, UNKNOWN)
        self.repair()
        self.assertEqual(enrolment.state, "stopped")
        self.assertEqual(enrolment.stop_reason, "undeliverable")
        enrolment.with_user(self.assigner).action_resume()
        enrolment.trace_ids.mail_mail_id.state = "sent"
        self.repair()
        self.run_due()
        self.assertEqual(enrolment.state, "done")

    def test_archived_series(self):
        """What is in the queue for a series that ended is not sent."""
        self.series.active = False
        self.let_send(self.trace)
        self.assertEqual(self.trace.state, "skipped")
        self.assertEqual(self.enrolment.stop_reason, "series")

    def test_scale(self):
        counts = []
        for size in (1, 10, 100):
            partners = self.Partner.create(
                [
                    {"name": f"P{i}", "email": f"p{i}@s{size}.example.com"}
                    for i in range(size)
                ]
            )
            traces = self.enter(partners)
            self.refuse(traces, REFUSED, False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.repair()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(traces.mapped("attempts")), {1})
        self.assertEqual(*counts[1:])  # the first one fills caches


@tagged("post_install", "-at_install")
class TestDeliveryHold(DeliveryCommon):
    """A last look before an e-mail is sent, which may be hours after the step."""

    def assertStopped(self, reason):
        self.let_send(self.trace)
        self.assertEqual(self.trace.state, "skipped")
        self.assertEqual(self.enrolment.state, "stopped")
        self.assertEqual(self.enrolment.stop_reason, reason)
        self.assertFalse(self.trace.mail_mail_id)
        self.assertTrue(self.trace.error)

    def test_wanted(self):
        self.let_send(self.trace)
        self.assertEqual(self.trace.state, "queued")
        self.assertEqual(self.trace.mail_mail_id.state, "outgoing")

    def test_archived(self):
        self.anna.active = False
        self.assertStopped("archived")

    def test_opted_out(self):
        self.env["customer.group.optout"].create(
            {"partner_id": self.anna.id, "group_id": self.retail.id}
        )
        self.assertStopped("optout")

    def test_blacklisted(self):
        self.env["mail.blacklist"]._add("Anna@Example.com")
        self.assertStopped("blacklist")

    def test_stopped_by_hand(self):
        self.enrolment._stop("manual")
        self.assertStopped("manual")

    def test_last_step(self):
        """Who is through with a series can still opt out before the last e-mail."""
        series = self.create_series([self.email()])
        self.join(self.ben)
        self.run_due()
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.state, "done")
        self.env["mail.blacklist"]._add(self.ben.email)
        self.let_send(enrolment.trace_ids)
        self.assertEqual(enrolment.trace_ids.state, "skipped")
        self.assertEqual(enrolment.state, "done")

    def test_paused(self):
        mail = self.trace.mail_mail_id
        self.series.action_pause()
        self.let_send(self.trace)
        self.assertEqual((self.trace.state, mail.state), ("queued", "outgoing"))
        self.assertGreater(mail.scheduled_date, fields.Datetime.now())
        self.series.action_start()
        self.assertLessEqual(mail.scheduled_date, fields.Datetime.now())
        self.let_send(self.trace)
        self.assertEqual((self.trace.state, mail.state), ("queued", "outgoing"))

    def test_deleted(self):
        """Who is deleted, or taken out of all records, gets nothing."""
        mail = self.trace.mail_mail_id
        self.enrolment.unlink()
        self.assertFalse(mail.exists())
        [trace] = self.enter(self.ben)
        mail = trace.mail_mail_id
        self.ben.unlink()
        self.assertFalse(mail.exists())

    def test_expired(self):
        """A backup that is restored does not send what was in its queue."""
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self.let_send(self.trace)
        self.assertEqual(self.trace.state, "skipped")
        self.assertIn("Too late", self.trace.error)
        self.assertEqual(self.enrolment.state, "running")

    def test_other_address(self):
        self.anna.email = "anna@new.example.com"
        self.let_send(self.trace)
        self.assertEqual(self.trace.email, "anna@new.example.com")

    def test_other_mails_cost_one_query(self):
        values = {"subject": "Hello", "email_to": "you@example.com"}
        mails = self.env["mail.mail"].create([values for _number in range(50)])
        self.env.flush_all()
        with self.assertQueryCount(1):
            mails._send()
