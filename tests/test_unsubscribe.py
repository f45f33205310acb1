# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import hash_sign

from odoo.addons.customer_group.models.customer_group_unsubscribe import SCOPE
from odoo.addons.customer_group.models.mail_mail import TRACE_KEY

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestUnsubscribe(HttpCase, DeliveryCommon):
    """The link below an e-mail, followed by somebody who is not logged in."""

    def setUp(self):
        super().setUp()
        self.path = self.get_path(self.enrolment)
        self.optouts = self.env["customer.group.optout"]
        self.blacklist = self.env["mail.blacklist"]

    def get_path(self, enrolment):
        url = enrolment._get_unsubscribe_url()
        return url[url.index("/customer_group") :]

    def get(self, path=None):
        return self.look(self.url_open(path or self.path))

    def post(self, action=None, path=None):
        data = {"action": action} if action else {"List-Unsubscribe": "One-Click"}
        return self.look(self.url_open(path or self.path, data=data))

    def look(self, response):
        self.env.invalidate_all()
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("session_id", response.cookies)
        return response

    def assertPage(self, response, *texts):
        self.assertEqual(response.status_code, 200)
        for text in texts:
            self.assertIn(text, " ".join(response.text.split()))

    # ------------------------------------------------------------
    # E-MAIL
    # ------------------------------------------------------------

    def get_emails(self):
        mail = self.trace.mail_mail_id.with_context(**{TRACE_KEY: self.trace.id})
        return mail._prepare_outgoing_list()

    def test_email(self):
        [email] = self.get_emails()
        url = self.enrolment._get_unsubscribe_url()
        self.assertEqual(email["headers"]["List-Unsubscribe"], f"<{url}>")
        self.assertEqual(
            email["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
        )
        self.assertEqual(email["headers"]["Auto-Submitted"], "auto-generated")
        self.assertIn("X-Auto-Response-Suppress", email["headers"])
        self.assertIn("“New shops”", email["body"])
        self.assertIn(url, email["body"])
        self.assertIn(url, email["body_alternative"])
        self.assertNotIn("unsubscribe", self.trace.mail_mail_id.body)

    def test_email_that_was_ordered(self):
        self.series.unsubscribe_link = False
        [email] = self.get_emails()
        self.assertNotIn("List-Unsubscribe", email["headers"])
        self.assertEqual(email["headers"]["Auto-Submitted"], "auto-generated")
        self.assertNotIn("unsubscribe", email["body"])

    def test_copy_for_somebody_else(self):
        """The link works for the contact, and not for who gets a copy."""
        self.trace.mail_mail_id.email_cc = "boss@example.com"
        emails = self.get_emails()
        self.assertEqual(len(emails), 2)
        for email in emails:
            own = email["partner_id"] == self.anna
            self.assertEqual("List-Unsubscribe" in email["headers"], own)
            self.assertEqual("unsubscribe" in email["body"], own)

    def test_link_of_another_email(self):
        [other] = self.enter(self.ben)
        mail = other.mail_mail_id.with_context(**{TRACE_KEY: self.trace.id})
        [email] = mail._prepare_outgoing_list()
        self.assertNotIn("List-Unsubscribe", email["headers"])

    # ------------------------------------------------------------
    # PAGE
    # ------------------------------------------------------------

    def test_open(self):
        """Opening the page changes nothing, whatever the address says."""
        for path in (self.path, f"{self.path}?action=all"):
            response = self.get(path)
            self.assertPage(response, "Unsubscribe?", "“New shops”", "a***@example.com")
            self.assertNotIn("Anna", response.text)
        self.assertEqual(self.enrolment.state, "running")
        self.assertFalse(self.optouts.search([]))

    def test_one_click(self):
        self.assertPage(self.post(), "You are unsubscribed")
        [optout] = self.optouts.search([])
        self.assertEqual(
            (optout.partner_id, optout.group_id, optout.source, optout.email),
            (self.anna, self.retail, "link", "anna@example.com"),
        )
        self.assertEqual(self.enrolment.stop_reason, "optout")
        self.assertFalse(self.anna.is_blacklisted)
        self.assertPage(self.post(), "You are unsubscribed")
        self.assertEqual(self.optouts.search([]), optout)

    def test_all(self):
        texts = ("You are unsubscribed", "sends no more", "Subscribe again")
        self.assertPage(self.post("all"), *texts)
        self.assertTrue(self.anna.is_blacklisted)
        self.assertEqual(self.enrolment.stop_reason, "blacklist")
        self.assertEqual(self.optouts.search([]).what, "At all")

    def test_undo(self):
        for action in ("group", "all"):
            with self.subTest(action=action):
                self.post(action)
                self.assertPage(self.post("undo"), "You are subscribed again")
                self.assertFalse(self.optouts.search([]))
                self.assertFalse(self.anna.is_blacklisted)

    def test_undo_only_what_was_done_here(self):
        self.blacklist._add(self.anna.email)
        self.post("all")
        page = self.post("undo")
        self.assertNotIn("Subscribe again", page.text)
        self.assertTrue(self.anna.is_blacklisted)

    def test_start_group(self):
        """Who joined a subgroup opts out of the start group above it."""
        series = self.create_series([self.email()], self.trade)
        self.join(self.dora, self.students)
        self.join(self.dora, self.wholesale_eu)
        enrolment = self.get_enrolments(series, self.dora)
        self.assertEqual(enrolment.group_id, self.wholesale_eu)
        self.post(path=self.get_path(enrolment))
        self.assertEqual(self.optouts.search([]).group_id, self.trade)

    def test_series_without_group(self):
        series = self.create_series([self.email()], self.Group, trigger="manual")
        enrolment = self.Enrolment.create(
            {
                "sequence_id": series.id,
                "partner_id": self.ben.id,
                "next_step_id": series.step_ids.id,
                "date_start": self.env.cr.now(),
            }
        )
        self.assertPage(
            self.post(path=self.get_path(enrolment)), "You are unsubscribed"
        )
        self.assertEqual(self.optouts.search([]).sequence_id, series)
        self.assertEqual(enrolment.stop_reason, "optout")

    def test_language(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.anna.lang = "ar_001"
        self.assertPage(self.get(), 'lang="ar-001"', 'dir="rtl"')

    # ------------------------------------------------------------
    # LINKS THAT DO NOT WORK
    # ------------------------------------------------------------

    def assertUnknown(self, path):
        for response in (self.get(path), self.post("all", path), self.post(path=path)):
            self.assertEqual(response.status_code, 404)
            self.assertIn("This link does not work", response.text)
            self.assertNotIn("logo", response.text)
        self.assertFalse(self.optouts.search([]))
        self.assertFalse(self.blacklist.search([]))

    def test_altered(self):
        path, token = self.path.rsplit("/", 1)
        other = "A" if token[20] != "A" else "B"
        for bad in (
            token[:-4],
            token[:20],
            token[:20] + other + token[21:],
            token + "AAAA",
            "x",
            "%00",
            "ä",
            "=" * 9,
            "A" * 5000,
        ):
            with self.subTest(token=bad[:60]):
                self.assertUnknown(f"{path}/{bad}")

    def test_other_purpose(self):
        values = [self.enrolment.id, self.anna.id]
        path = self.path.rsplit("/", 1)[0]
        token = hash_sign(self.env, "another.scope", values)
        self.assertUnknown(f"{path}/{token}")
        token = hash_sign(self.env, SCOPE, values, expiration=timedelta(hours=-1))
        self.assertUnknown(f"{path}/{token}")

    def test_deleted_contact(self):
        self.anna.unlink()
        self.assertUnknown(self.path)

    def test_deleted_enrolment(self):
        """The data of the series may be gone; the contact can still say no."""
        self.enrolment.unlink()
        page = self.get()
        self.assertPage(page, "No e-mails at all")
        self.assertNotIn("New shops", page.text)
        self.assertPage(self.post(), "No e-mails at all")
        self.post("all")
        self.assertTrue(self.anna.is_blacklisted)

    def test_contact_without_address(self):
        self.anna.email = False
        self.assertPage(self.get(), "Unsubscribe?")
        self.assertPage(self.post("all"))
        self.assertEqual(self.enrolment.stop_reason, "blacklist")

    def test_same_moment(self):
        """Mail programs and people press twice; nobody sees an error."""
        self.post("group")
        nothing = self.optouts.browse()
        enrolments = type(self.Enrolment)
        with patch.object(enrolments, "_get_optouts", lambda _self: nothing):
            self.assertPage(self.post("group"))
        self.assertEqual(len(self.optouts.search([])), 1)


@tagged("post_install", "-at_install")
class TestUnsubscribePhone(HttpCase, DeliveryCommon):
    browser_size = "375x667"
    touch_enabled = True

    def test_phone(self):
        """All of it fits, and the buttons do what they say.

        In a frame, for the script ends with the page that it runs in.
        """
        url = self.enrolment._get_unsubscribe_url()
        script = """
            const frame = document.createElement("iframe");
            frame.style = "position: fixed; inset: 0; width: 100%; height: 100%";
            const steps = [
                ["Unsubscribe?", "group"],
                ["You are unsubscribed", "undo"],
                ["You are subscribed again", "all"],
                ["You are unsubscribed", null],
            ];
            frame.onload = () => {
                const page = frame.contentDocument;
                const title = page.querySelector("h1").textContent.trim();
                const [expected, press] = steps.shift();
                if (title !== expected) {
                    throw new Error(`${title} instead of ${expected}`);
                }
                if (page.documentElement.scrollWidth > innerWidth) {
                    throw new Error("The page has to be pushed sideways");
                }
                for (const button of page.querySelectorAll("button")) {
                    if (button.getBoundingClientRect().height < 44) {
                        throw new Error("A button is too small for a finger");
                    }
                }
                if (press) {
                    page.querySelector(`button[value=${press}]`).click();
                } else {
                    console.log("test successful");
                }
            };
            frame.src = location.href;
            document.body.append(frame);
        """
        self.browser_js(url[url.index("/customer_group") :], script, login=None)
        self.env.invalidate_all()
        self.assertTrue(self.anna.is_blacklisted)
