# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged
from odoo.tools import mute_logger

from .delivery_common import DeliveryCommon

REPLY = """From: {sender}
To: shop@example.com
Subject: Re: Welcome
Message-ID: <{number}@client.example.com>
{headers}Content-Type: text/plain; charset=utf-8

Thank you.
"""
BOUNCE = """From: MAILER-DAEMON@example.com
To: shop@example.com
Subject: Undelivered Mail
Message-ID: <bounce@example.com>
In-Reply-To: {message_id}
References: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="B"

--B
Content-Type: text/plain

I could not deliver it.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; example.com

Final-Recipient: rfc822; anna@example.com
Action: {action}
Status: 5.1.1

--B--
"""


@tagged("post_install", "-at_install")
class TestDeliveryReply(DeliveryCommon):
    """What comes back, by the door through which Odoo takes e-mails in."""

    def setUp(self):
        super().setUp()
        self.message_id = self.trace.message_id
        self.trace.mail_mail_id.state = "sent"
        self.repair()

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def receive(self, text):
        self.env["mail.thread"].message_process("res.partner", text)

    def reply(self, sender="Anna <ANNA@example.com>", answers=True, headers=""):
        if answers:
            headers += f"In-Reply-To: {self.message_id}\n"
        number = self.env["mail.message"].search([], limit=1, order="id desc").id
        self.receive(REPLY.format(sender=sender, number=number, headers=headers))

    def assertReplied(self, replied=True):
        self.assertEqual(bool(self.trace.replied_at), replied)
        self.assertEqual(self.enrolment.stop_reason, replied and "replied")

    def test_reply(self):
        self.reply()
        self.assertReplied()
        self.assertIn("Thank you", self.anna.message_ids[0].body)

    def test_references(self):
        self.reply(answers=False, headers=f"References: <x@y> {self.message_id}\n")
        self.assertReplied()

    def test_does_not_stop_on_reply(self):
        self.series.stop_on_reply = False
        self.reply()
        self.assertTrue(self.trace.replied_at)
        self.assertEqual(self.enrolment.state, "running")

    def test_colleague(self):
        company = self.Partner.create({"name": "Shop", "is_company": True})
        self.anna.parent_id = company
        self.Partner.create(
            {"name": "Eve", "email": "eve@example.com", "parent_id": company.id}
        )
        self.reply("eve@example.com")
        self.assertReplied()

    def test_forged(self):
        self.reply("mallory@example.com")
        self.assertReplied(False)

    def test_unknown_reference(self):
        self.reply("mallory@example.com", answers=False, headers="In-Reply-To: <a@b>\n")
        self.assertReplied(False)

    def test_automatic(self):
        for header in (
            "Auto-Submitted: auto-replied (vacation)",
            "Precedence: bulk",
            "Precedence: auto_reply",
            "X-Autoreply: yes",
        ):
            with self.subTest(header=header):
                self.reply(headers=f"{header}\n")
                self.assertReplied(False)
        self.reply(headers="Auto-Submitted: no\n")
        self.assertReplied()

    def test_answer_to_somebody_else(self):
        """The contact answers what a user wrote in the chatter."""
        message = self.anna.message_post(body="Hello", message_type="comment")
        self.reply(answers=False, headers=f"In-Reply-To: {message.message_id}\n")
        self.assertReplied()

    def test_bounce(self):
        self.receive(
            BOUNCE.format(
                message_id=self.message_id, kind="delivery-status", action="failed"
            )
        )
        self.assertEqual(self.trace.state, "failed")
        self.assertTrue(self.trace.bounced_at)
        self.assertEqual(self.enrolment.stop_reason, "undeliverable")
        self.assertEqual(len(self.series.activity_ids), 1)

    def test_reports_that_are_no_bounces(self):
        for kind, action in [
            ("delivery-status", "delayed"),
            ("disposition-notification", "displayed"),
        ]:
            with self.subTest(kind=kind):
                self.receive(
                    BOUNCE.format(message_id=self.message_id, kind=kind, action=action)
                )
                self.assertEqual(self.trace.state, "sent")
                self.assertEqual(self.enrolment.state, "running")
