# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .sequence_common import SequenceCommon

COUNTS = ("waiting_count", "queued_count", "done_count", "failed_count")


@tagged("post_install", "-at_install")
class TestSequenceScreen(SequenceCommon):
    """What the screens of follow-up series show."""

    def count(self, step):
        return [step[name] for name in COUNTS]

    def test_counts(self):
        series = self.create_series([self.email(), self.activity(3)])
        mail, activity = series.step_ids
        self.join(self.anna + self.dora)
        self.assertEqual(self.count(mail), [2, 0, 0, 0])
        self.run_due()
        self.env.invalidate_all()
        self.assertEqual(self.count(mail), [0, 2, 0, 0])
        self.assertEqual(self.count(activity), [2, 0, 0, 0])
        traces = self.Trace.search([("step_id", "=", mail.id)])
        traces[0].write({"state": "sent", "replied_at": "2026-01-01"})
        traces[1].write({"state": "failed", "error": "No such mailbox"})
        self.env.invalidate_all()
        self.assertEqual(self.count(mail), [0, 0, 1, 1])
        self.assertEqual(series.replied_count, 1)
        self.assertEqual((series.done_count, series.failed_count), (1, 1))
        self.get_enrolments(series, self.anna)._stop("manual")
        self.env.invalidate_all()
        self.assertEqual((series.running_count, series.enrolment_count), (1, 2))

    def test_counts_take_as_many_queries_for_many_contacts(self):
        steps = [self.email(), self.activity(3), self.add(self.students, 1)]
        series = self.create_series(steps)
        more = self.create_series(steps, name="More")
        fields = [*COUNTS, "replied_count", "skipped_count"]

        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            (series + more).step_ids.mapped("id")
            return (series + more).step_ids.read(fields)

        read()  # what is cached for good
        with self.assertQueryCount(3):  # the steps, who waits, what came of it
            self.assertEqual(sum(row["waiting_count"] for row in read()), 0)
        contacts = self.Partner.create([{"name": f"C{i}"} for i in range(1000)])
        self.join(contacts)
        with self.assertQueryCount(3):
            self.assertEqual(sum(row["waiting_count"] for row in read()), 2000)

    def test_trouble(self):
        """The series says for how many contacts it fails, and why."""
        series = self.create_series([self.email()])
        self.join(self.anna + self.dora)
        self.assertFalse(series.error_count or series.retry_count or series.last_error)
        waits, fails = self.get_enrolments(series)
        waits.write({"attempts": 1, "last_error": "No server"})
        fails.write({"state": "error", "attempts": 5, "last_error": "No field x"})
        self.env.invalidate_all()
        self.assertEqual((series.error_count, series.retry_count), (1, 1))
        self.assertEqual(series.last_error, "No field x")

    def test_why(self):
        series = self.create_series([self.email()])
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.why, "Joined Retail chains")
        self.assertEqual(enrolment.display_name, "Dora: Series")
        enrolment.group_id = False
        self.assertEqual(enrolment.why, "Started by hand")
        series.trigger = "leave"
        enrolment.group_id = self.retail
        self.assertEqual(enrolment.why, "Left Retail chains")

    def test_why_does_not_name_a_group_of_another_company(self):
        series = self.create_series([self.email()])
        self.join(self.dora)
        self.retail.company_id = self.env["res.company"].create({"name": "Other"})
        enrolment = self.as_user(self.get_enrolments(series), self.assigner)
        self.assertEqual(enrolment.why, "A group of another company")

    def test_names_of_steps(self):
        series = self.create_series(
            [self.email(), self.activity(), self.add(self.students)]
        )
        self.assertEqual(
            self.as_user(series.step_ids, self.assigner).mapped("display_name"),
            [
                "Send an e-mail: Welcome",
                "Schedule an activity: Call",
                "Add to a group: Private / Students",
            ],
        )

    def test_group_tells_what_it_starts(self):
        series = self.create_series([self.email()], groups=self.trade, run=False)
        leave = self.create_series([self.email()], trigger="leave", name="Bye")
        self.assertFalse(self.retail.join_sequence_ids)
        series.action_start()
        retail = self.as_user(self.retail, self.assigner)
        self.assertEqual(retail.join_sequence_ids, series)
        self.assertEqual(retail.leave_sequence_ids, leave)
        self.assertFalse(retail.browse(self.students.id).join_sequence_ids)
        with self.assertRefused(AccessError, "join_sequence_ids"):
            self.as_user(self.retail, self.reader).read(["join_sequence_ids"])

    def test_group_does_not_tell_of_another_company(self):
        series = self.create_series([self.email()])
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        series.company_id = other
        self.assertFalse(self.as_user(self.retail, self.assigner).join_sequence_ids)

    def test_contact(self):
        series = self.create_series([self.email()])
        bye = self.create_series([self.email()], name="Bye")
        self.join(self.dora)
        self.get_enrolments(bye)._stop("manual")
        dora = self.as_user(self.dora, self.assigner)
        self.assertEqual(dora.customer_group_series_running, 1)
        self.assertEqual(dora.customer_group_series_count, 2)
        found = dora.search(
            [("customer_group_enrolment_ids.sequence_id", "=", series.id)]
        )
        self.assertEqual(found, dora)

    def test_contact_form_asks_nothing_for_those_who_may_not_read(self):
        self.create_series([self.email()])
        self.join(self.dora)
        partners = self.Partner.with_user(self.reader)
        arch = etree.fromstring(partners.get_view(view_type="form")["arch"])
        self.assertFalse(arch.xpath("//*[contains(@name, 'series')]"))
        with self.assertRefused(AccessError, "customer_group_series_count"):
            self.as_user(self.dora, self.reader).read(["customer_group_series_count"])

    def test_contact_form_asks_once(self):
        names = ["customer_group_series_count", "customer_group_series_running"]
        dora = self.as_user(self.dora, self.assigner)
        dora.read(["name", *names])  # what is cached for good
        counts = []
        for more in ([], names):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dora.read(["name", *more])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[0] + 1)

    def test_contact_shows_opt_outs_of_its_address(self):
        optouts = self.env["customer.group.optout"]
        optouts.create({"partner_id": self.anna.id, "group_id": self.trade.id})
        self.ben.email = self.anna.email
        partners = self.as_user(self.anna + self.ben + self.dora, self.assigner)
        self.assertEqual(partners.mapped("customer_group_optout_count"), [1, 1, 0])
        action = partners[1].action_view_optouts()
        found = optouts.with_user(self.assigner).search(action["domain"])
        self.assertEqual(found.partner_id, self.anna)
