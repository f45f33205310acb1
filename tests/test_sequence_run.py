# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sequence_common import SequenceClockCommon

RUN = "odoo.addons.customer_group.models.customer_group_enrolment_run"
JOB = "odoo.addons.customer_group.models.customer_group_enrolment_job"


@tagged("post_install", "-at_install")
class TestSequenceRun(SequenceClockCommon):
    """Steps are done in time, once, and what fails hinders nobody else."""

    def get_triggers(self):
        self.env.flush_all()
        cron = self.env.ref("customer_group.ir_cron_enrolment_run")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return sorted(triggers.mapped("call_at"))

    # ------------------------------------------------------------
    # EACH KIND
    # ------------------------------------------------------------

    def test_groups(self):
        series = self.create_series([self.add(self.students), self.remove(self.retail)])
        self.join(self.dora)
        self.run_due()
        self.run_due()
        self.assertEqual(self.dora.customer_group_ids, self.students)
        self.assertEqual(self.get_enrolments(series).state, "done")
        change = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual((change.kind, change.source), ("remove", "automation"))
        self.assertEqual(change.reason, "Series")
        self.assertEqual(change.user_id, self.manager)
        self.assertEqual(change.enrolment_id, self.get_enrolments(series))
        self.assertLedger()

    def test_activity_for_the_salesperson(self):
        self.create_series([self.activity()])
        self.dora.user_id = self.assigner
        self.join(self.anna + self.dora)
        before = self.env["mail.mail"].search_count([])
        self.run_due()
        self.assertEqual(self.dora.activity_ids.user_id, self.assigner)
        self.assertEqual(self.anna.activity_ids.user_id, self.manager)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_server_action_with_the_rights_of_the_responsible(self):
        """It may do what he may, is entered as part of the series, and no more."""
        code = (
            "record.write({'comment': env.user.login, 'customer_group_ids': [(4, %d)]})"
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Note it",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": code % self.students.id,
            }
        )
        step = {"action": "code", "server_action_id": action.id}
        series = self.create_series([step])
        self.join(self.dora)
        self.run_due()
        self.assertIn("group_manager", self.dora.comment)
        change = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual(change.source, "automation")
        self.assertEqual(change.enrolment_id, self.get_enrolments(series))
        series.action_pause()
        weak = self.create_series([step], user_id=self.reader.id)
        self.join(self.ben, self.retail)
        with mute_logger(RUN):
            self.run_due()
        enrolment = self.get_enrolments(weak)
        self.assertIn("access", enrolment.last_error)
        self.assertFalse(self.ben.comment)

    # ------------------------------------------------------------
    # WHEN
    # ------------------------------------------------------------

    def test_windows(self):
        """Nothing is done out of hours, and nobody is late because of that."""
        series = self.create_series(
            [self.activity(), self.activity(1)],
            window_from=9,
            window_to=17,
            weekdays_only=True,
            tz_mode="company",
            max_delay_days=1,
        )
        series.company_id = False
        self.env.company.partner_id.tz = "UTC"
        self.manager.company_id.partner_id.tz = "UTC"
        self.clock.move_to("2026-06-05 18:00")  # Friday
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.next_run, datetime(2026, 6, 8, 9))
        self.run_at("06-08 17:30")  # the job came too late
        self.assertEqual(enrolment.next_run, datetime(2026, 6, 9, 9))
        self.assertFalse(enrolment.trace_ids)
        self.run_at("06-09 09:00")
        self.assertEqual(enrolment.trace_ids.state, "done")
        self.assertEqual(enrolment.next_run, datetime(2026, 6, 10, 9))

    def test_next_delay_counts_from_what_was_done(self):
        series = self.create_series([self.activity(), self.activity(2)])
        self.join(self.dora)
        self.run_at("06-03 15:00")
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.next_run, datetime(2026, 6, 5, 15))

    def test_summer_time(self):
        """A day later is the same time of the day for the contact."""
        self.dora.tz = "Europe/Zurich"
        series = self.create_series([self.activity(), self.activity(1)])
        for joined, due in (
            ("2026-03-28 01:30", datetime(2026, 3, 29, 1, 30)),
            ("2026-10-24 00:30", datetime(2026, 10, 25, 0, 30)),
        ):
            self.clock.move_to(joined)
            contact = self.dora.copy({"tz": "Europe/Zurich"})
            self.join(contact)
            self.run_due()
            self.assertEqual(self.get_enrolments(series, contact).next_run, due)

    def test_expired_after_downtime(self):
        """What is more than three days late is skipped; what follows is done."""
        series = self.create_series([self.email(1), self.activity(1), self.activity(1)])
        self.join(self.dora)
        self.run_at("06-06 10:00")
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.trace_ids.state, "skipped")
        self.assertIn("more than 3 days", enrolment.trace_ids.error)
        self.assertFalse(self.get_mails(self.dora))
        self.assertEqual(enrolment.next_run, datetime(2026, 6, 7, 10))
        self.run_at("06-10 09:59")  # late, but less than three days
        self.assertEqual(enrolment.trace_ids.mapped("state"), ["skipped", "done"])
        self.assertEqual(len(self.dora.activity_ids), 1)

    def test_never_expires(self):
        series = self.create_series([self.activity(1)], max_delay_days=0)
        self.join(self.dora)
        self.run_at("09-01 10:00")
        self.assertEqual(self.get_enrolments(series).trace_ids.state, "done")

    def test_pause(self):
        """Nothing is done during a pause, and nothing has expired after it."""
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        series.action_pause()
        self.run_at("06-20 10:00")
        self.assertFalse(self.get_enrolments(series).trace_ids)
        self.clock.move_to("2026-06-21 10:00")
        series.action_start()
        self.assertIn(datetime(2026, 6, 21, 10), self.get_triggers())
        self.run_due()
        self.assertEqual(self.get_enrolments(series).trace_ids.state, "done")

    def test_hourly_limit(self):
        """Seven e-mails, three an hour: planned once each, and nobody is late."""
        series = self.create_series([self.email()], hourly_limit=3, max_delay_days=1)
        partners = self.Partner.create(
            [{"name": f"P{i}", "email": f"p{i}@example.com"} for i in range(7)]
        )
        self.join(partners)
        self.run_due()
        self.assertEqual(len(self.get_mails(partners)), 3)
        waiting = self.get_enrolments(series).filtered(lambda e: e.state == "running")
        self.assertEqual(
            waiting.mapped("next_run"),
            [datetime(2026, 6, 1, 11)] * 3 + [datetime(2026, 6, 1, 12)],
        )
        self.run_at("06-01 10:59")
        self.assertEqual(len(self.get_mails(partners)), 3)
        self.join(self.dora)  # is due now, and the hour is not over
        self.run_at("06-01 10:59")
        self.assertEqual(len(self.get_mails(partners)), 3)
        self.run_at("06-01 11:00")
        self.run_at("06-01 11:01")
        self.assertEqual(len(self.get_mails(partners + self.dora)), 6)
        self.run_at("06-01 12:01")
        self.assertEqual(len(self.get_mails(partners + self.dora)), 8)
        self.assertEqual(set(self.get_enrolments(series).mapped("state")), {"done"})

    def test_limit_is_for_emails_only(self):
        self.create_series([self.activity()], hourly_limit=1)
        self.join(self.anna + self.ben + self.dora)
        self.run_due()
        self.assertEqual(len((self.anna + self.ben + self.dora).activity_ids), 3)

    # ------------------------------------------------------------
    # WAKING UP
    # ------------------------------------------------------------

    def test_one_trigger_for_all(self):
        """The job comes for the next due time, once, however many contacts wait."""
        self.create_series([self.activity(4, "hours")])
        self.clock.move_to("2026-06-01 10:00:20")
        partners = self.Partner.create([{"name": f"P{i}"} for i in range(15)])
        before = self.get_triggers()
        for partner in partners:
            self.join(partner)
        new = [t for t in self.get_triggers() if t not in before]
        self.assertEqual(new, [datetime(2026, 6, 1, 14, 1)])
        self.run_at("06-01 10:30:00")
        self.assertEqual([t for t in self.get_triggers() if t not in before], new)

    def test_first_step_at_once(self):
        self.create_series([self.activity()])
        before = self.get_triggers()
        self.join(self.dora)
        self.assertEqual(len(self.get_triggers()), len(before) + 1)

    def test_progress(self):
        """The scheduler learns how much is left, and gets it done."""
        self.create_series([self.activity()])
        partners = self.Partner.create([{"name": f"P{i}"} for i in range(45)])
        self.patch(type(self.Enrolment), "_batch_size", 25)
        self.patch(type(self.Enrolment), "_chunk_size", 10)
        self.join(partners[:20])
        self.join(partners[20:40])
        self.join(partners[40:])
        calls = []

        def commit(cron, processed=0, remaining=None, **kwargs):
            cron.env.flush_all()
            if processed or remaining is not None:
                calls.append(remaining if remaining is not None else -processed)
            return float("inf")

        self.patch(type(self.env["ir.cron"]), "_commit_progress", commit)
        self.Enrolment._cron_run()
        self.assertEqual(calls, [45, -10, -10, -5])
        self.Enrolment._cron_run()
        self.assertEqual(len(partners.activity_ids), 45)

    def test_batch_reads_little(self):
        """The statements for each contact do not grow with the number that is due."""
        self.create_series([self.add(self.students)])
        counts = []
        for size in (20, 20, 400):
            partners = self.Partner.create([{"name": f"P{i}"} for i in range(size)])
            for i in range(0, size, 20):
                self.join(partners[i : i + 20])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.run_due()
            counts.append((self.env.cr.sql_log_count - before) / size)
        self.assertLess(counts[2], counts[1] * 1.1)
        self.assertLess(counts[2], 15)

    # ------------------------------------------------------------
    # ERRORS
    # ------------------------------------------------------------

    def break_template(self):
        """Have the template fail for Dora alone."""
        self.template.body_html = (
            "<p t-out=\"1 // (0 if object.name == 'Dora' else 1)\"/>"
        )

    def test_back_off(self):
        """One contact's template fails: others go on; he is tried five times."""
        self.break_template()
        series = self.create_series([self.email()])
        self.join(self.dora)
        self.join(self.anna)
        moment = fields.Datetime.now()
        for minutes in (2, 4, 8, 16):
            with mute_logger(RUN, "odoo.addons.mail.models.mail_render_mixin"):
                self.run_due()
            enrolment = self.get_enrolments(series, self.dora)
            self.assertEqual(enrolment.state, "running")
            moment += timedelta(minutes=minutes)
            self.assertEqual(enrolment.next_run, moment)
            self.clock.move_to(moment)
        self.assertEqual(len(self.get_mails(self.anna)), 1)
        with mute_logger(RUN, "odoo.addons.mail.models.mail_render_mixin"):
            self.run_due()
        self.assertEqual((enrolment.state, enrolment.attempts), ("error", 5))
        self.assertFalse(self.get_mails(self.dora))
        self.assertFalse(enrolment.trace_ids)
        activity = series.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Dora", activity.note)
        # Mended, and tried again.
        self.template.body_html = "<p>Hello</p>"
        self.as_user(enrolment, self.assigner).action_resume()
        self.run_due()
        self.assertEqual(enrolment.state, "done")
        self.assertEqual(len(self.get_mails(self.dora)), 1)

    def test_one_task_for_all_errors(self):
        self.patch(type(self.Enrolment), "_max_attempts", 1)
        self.template.body_html = '<p t-out="1 // (len(object.name) - 4)"/>'
        series = self.create_series([self.email()])
        names = ("Emma", "Hugo", "Nora")
        partners = self.Partner.create(
            [{"name": name, "email": f"{name}@example.com"} for name in names]
        )
        self.join(partners)
        with mute_logger(RUN, "odoo.addons.mail.models.mail_render_mixin"):
            self.run_due()
        states = self.get_enrolments(series).mapped("state")
        self.assertEqual(states, ["error"] * 3)
        self.assertEqual(len(series.activity_ids), 1)
        # Once it is marked as done, a new error is told of.
        series.activity_ids.action_done()
        self.join(self.dora)
        with mute_logger(RUN, "odoo.addons.mail.models.mail_render_mixin"):
            self.run_due()
        self.assertEqual(len(series.activity_ids), 1)

    def test_responsible_who_is_gone(self):
        """Managers learn that a step needs somebody who does not work here any more."""
        self.patch(type(self.Enrolment), "_max_attempts", 1)
        responsible = self.create_user("gone", "base.group_user")
        series = self.create_series([self.activity()], user_id=responsible.id)
        responsible.active = False
        self.join(self.dora)
        with mute_logger(RUN):
            self.run_due()
        enrolment = self.get_enrolments(series)
        self.assertIn("is archived", enrolment.last_error)
        manager = series.activity_ids.user_id
        self.assertTrue(manager.has_group("customer_group.group_manager"))
        self.assertTrue(manager.active)
        # E-mails and groups do not need him.
        series = self.create_series([self.email()], user_id=responsible.id)
        self.join(self.anna)
        self.run_due()
        self.assertEqual(len(self.get_mails(self.anna)), 1)

    def test_what_changed_since_it_was_set_up(self):
        """A group archived, a template for another model: an error, not a crash."""
        series = self.create_series([self.add(self.students)])
        mailing = self.create_series([self.email()])
        self.join(self.dora)
        self.students.active = False
        self.template.model_id = self.env["ir.model"]._get_id("res.users")
        with mute_logger(RUN):
            self.run_due()
        self.assertIn("archived", self.get_enrolments(series).last_error)
        self.assertIn("not for contacts", self.get_enrolments(mailing).last_error)
        self.assertNotIn(self.students, self.dora.customer_group_ids)

    def test_nothing_escapes_the_job(self):
        """Not even an error where none is expected."""
        series = self.create_series([self.activity()])
        self.join(self.anna)
        self.join(self.dora)
        original = type(self.Enrolment)._get_stop_reason
        dora = self.dora

        def get_stop_reason(enrolment):
            if enrolment.partner_id == dora:
                raise ZeroDivisionError("Oh no")
            return original(enrolment)

        self.patch(type(self.Enrolment), "_get_stop_reason", get_stop_reason)
        # A rollback would take back what the test has made.
        self.patch(self.env.cr, "rollback", self.env.invalidate_all)
        with mute_logger(JOB):
            self.run_due()
        self.assertEqual(self.get_enrolments(series, self.anna).state, "done")
        enrolment = self.get_enrolments(series, self.dora)
        self.assertEqual((enrolment.state, enrolment.attempts), ("running", 1))
        self.assertIn("Oh no", enrolment.last_error)

    # ------------------------------------------------------------
    # STEPS THAT CHANGE
    # ------------------------------------------------------------

    def test_steps_edited_while_running(self):
        """Somebody who waits goes on with what comes next by order."""
        series = self.create_series(
            [self.activity(activity_summary=str(i), delay=i and 1) for i in range(4)]
        )
        self.join(self.dora)
        self.run_due()
        series.step_ids[1].unlink()
        enrolment = self.get_enrolments(series)
        self.assertFalse(enrolment.next_step_id)
        self.run_at("06-02 10:00")
        self.assertEqual(self.dora.activity_ids.mapped("summary"), ["0", "2"])
        series.step_ids[-1].active = False
        self.run_at("06-03 10:00")
        self.assertEqual(enrolment.state, "done")
        self.assertEqual(len(self.dora.activity_ids), 2)

    def test_step_is_done_once_wherever_it_moves(self):
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.dora)
        self.run_due()
        series.step_ids[0].sequence = 99
        self.run_at("06-02 10:00")
        enrolment = self.get_enrolments(series)
        self.assertEqual((enrolment.state, len(enrolment.trace_ids)), ("done", 2))

    def test_step_inserted(self):
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.dora)
        self.run_due()
        series.step_ids = [
            Command.create({**self.activity(), "sequence": 50, "delay_value": 1})
        ]
        self.run_at("06-02 10:00")
        enrolment = self.get_enrolments(series)
        self.assertEqual((enrolment.state, len(enrolment.trace_ids)), ("running", 2))

    # ------------------------------------------------------------
    # TEST RUN
    # ------------------------------------------------------------

    def test_test_run(self):
        """All is shown, nothing is done, and e-mails go to the tester alone."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Note it",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": "record.write({'comment': 'Ran'})",
            }
        )
        series = self.create_series(
            [
                self.email(),
                self.add(self.students, 1),
                self.activity(1),
                {"action": "code", "server_action_id": action.id},
            ],
            run=False,
        )
        self.manager.email = "manager@example.com"
        context = self.as_user(series, self.manager).action_test()["context"]
        model = self.env["customer.group.sequence.test"].with_user(self.manager)
        wizard = model.with_context(**context).create({})
        self.assertEqual(wizard.partner_id, self.manager.partner_id)
        wizard.partner_id = self.dora
        mails = self.env["mail.mail"].search([])
        for text in ("Welcome, Dora", "Dear Dora", "Students", "Call", "never run"):
            self.assertIn(text, wizard.preview)
        self.assertIn("6/3/26", wizard.preview)
        wizard.action_send()
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.subject, "[Test] Welcome, Dora")
        self.assertIn("manager@example.com", mail.email_to)
        self.assertFalse(mail.recipient_ids or mail.email_cc or mail.res_id)
        self.assertFalse(self.get_enrolments(series))
        self.assertFalse(self.dora.activity_ids or self.dora.comment)
        self.assertNotIn(self.students, self.dora.customer_group_ids)
        self.break_template()
        self.env.invalidate_all()
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self.assertIn("text-danger", wizard.preview)
            with self.assertRefused(UserError, "does not work"):
                wizard.action_send()
