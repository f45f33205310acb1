# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.customer_group_operation import Change
from .sequence_common import SequenceClockCommon


@tagged("post_install", "-at_install")
class TestSequenceStop(SequenceClockCommon):
    """Why a series ends before its last step, and how it goes on."""

    def stop_late(self, text=None):
        """Do the hourly pass, at a time of 2026."""
        if text:
            self.clock.move_to(f"2026-{text}")
        self.env.flush_all()
        with self.without_commit():
            self.Enrolment._cron_stop()
        self.env.invalidate_all()

    def assertStopped(self, reason, enrolment, traces=0):
        self.env.invalidate_all()
        self.assertEqual((enrolment.state, enrolment.stop_reason), ("stopped", reason))
        self.assertFalse(enrolment.next_run or enrolment.next_step_id)
        self.assertTrue(enrolment.date_end)
        self.assertEqual(len(enrolment.trace_ids), traces)

    # ------------------------------------------------------------
    # POLICIES
    # ------------------------------------------------------------

    def test_left(self):
        series = self.create_series([self.activity(), self.activity(1)])
        stays = self.create_series([self.activity(1)], stop_on_leave=False)
        self.join(self.dora)
        self.run_due()
        self.leave(self.dora)
        self.run_at("06-02 10:00")
        self.assertStopped("left", self.get_enrolments(series), traces=1)
        self.assertEqual(self.get_enrolments(stays).state, "done")

    def test_in_another_start_group(self):
        """Moving between start groups, or into a subgroup of one, is no leaving."""
        series = self.create_series([self.activity(1)], self.trade + self.students)
        self.join(self.dora)
        self.dora.customer_group_ids = self.wholesale_eu
        self.run_at("06-02 10:00")
        self.assertEqual(self.get_enrolments(series).state, "done")

    def test_goal(self):
        """Who has reached the goal, or a subgroup of it, needs no more mail."""
        series = self.create_series(
            [self.activity(1)], stop_group_ids=[Command.set(self.private.ids)]
        )
        self.join(self.dora)
        self.join(self.dora, self.students)
        self.run_at("06-02 10:00")
        self.assertStopped("goal", self.get_enrolments(series))

    def test_archived(self):
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        self.dora.active = False
        self.run_at("06-02 10:00")
        self.assertStopped("archived", self.get_enrolments(series))

    def test_no_address(self):
        """It matters for an e-mail only; with an address, the series goes on."""
        self.dora.email = False
        series = self.create_series([self.activity(), self.email(), self.activity()])
        self.join(self.dora)
        self.run_due()
        self.run_due()
        enrolment = self.get_enrolments(series)
        self.assertStopped("no_email", enrolment, traces=1)
        self.dora.email = "dora@example.com"
        self.as_user(enrolment, self.assigner).action_resume()
        self.run_due()
        self.assertEqual(len(self.get_mails(self.dora)), 1)
        self.assertEqual(enrolment.next_step_id, series.step_ids[2])

    def test_put_in_by_hand_without_the_group(self):
        """Who is started by hand need not be in a start group."""
        series = self.create_series([self.activity(1)])
        series._start_for([("id", "=", self.dora.id)])
        self.run_at("06-02 10:00")
        self.assertEqual(self.get_enrolments(series).state, "done")

    # ------------------------------------------------------------
    # THE HOURLY PASS
    # ------------------------------------------------------------

    def test_flapping(self):
        """In and out five times within ten minutes: one enrollment, one e-mail."""
        series = self.create_series([self.email(1, "hours")], reentry="after")
        for minute in range(0, 10, 2):
            self.clock.move_to(f"2026-06-01 10:0{minute}")
            self.join(self.dora)
            self.stop_late(f"06-01 10:0{minute}:30")
            self.clock.move_to(f"2026-06-01 10:0{minute + 1}")
            self.leave(self.dora)
            self.run_due()
            self.stop_late()
        self.clock.move_to("2026-06-01 10:10")
        self.join(self.dora)
        self.run_at("06-01 11:00")
        self.run_at("06-01 12:00")
        self.assertEqual(self.get_enrolments(series).state, "done")
        self.assertEqual(len(self.get_mails(self.dora)), 1)

    def test_flapping_by_rule(self):
        """The same when a field that a rule looks at changes to and fro."""
        self.retail.write({"use_rule": True, "rule_domain": "[('city', '=', 'Bern')]"})
        series = self.create_series([self.email(1, "hours")])
        for minute in range(5):
            for city in ("Bern", "Basel", "Bern"):
                self.clock.move_to(f"2026-06-01 10:0{minute}")
                self.dora.city = city
                self.retail._run_rule()
                self.run_due()
                self.stop_late()
        self.run_at("06-01 11:30")
        self.assertEqual(self.get_enrolments(series).state, "done")
        self.assertEqual(len(self.get_mails(self.dora)), 1)

    def test_left_long_ago(self):
        """A series that waits for weeks ends an hour after its contact has left."""
        series = self.create_series([self.activity(5, "weeks")])
        self.join(self.anna + self.dora)
        self.leave(self.dora)
        self.stop_late("06-01 10:59")
        self.assertEqual(self.get_enrolments(series, self.dora).state, "running")
        self.stop_late("06-01 11:01")
        self.assertStopped("left", self.get_enrolments(series, self.dora))
        self.assertEqual(self.get_enrolments(series, self.anna).state, "running")

    def test_back_long_ago(self):
        series = self.create_series(
            [self.activity(5, "weeks")], self.students, trigger="leave"
        )
        self.leave(self.ben, self.students)
        self.join(self.ben, self.students)
        self.stop_late("06-01 10:59")
        self.assertEqual(self.get_enrolments(series).state, "running")
        self.stop_late("06-01 11:01")
        self.assertStopped("back", self.get_enrolments(series))

    def test_other_reasons_need_no_hour(self):
        series = self.create_series(
            [self.activity(5, "weeks")], stop_group_ids=[Command.set(self.students.ids)]
        )
        self.join(self.anna + self.dora)
        series.action_pause()
        self.join(self.anna, self.students)
        self.dora.active = False
        self.stop_late()
        self.assertStopped("goal", self.get_enrolments(series, self.anna))
        self.assertStopped("archived", self.get_enrolments(series, self.dora))

    def test_hourly_pass_is_set_based(self):
        series = self.create_series([self.activity(5, "weeks")])
        counts = []
        for size in (10, 10, 500):
            partners = self.Partner.create([{"name": f"P{i}"} for i in range(size)])
            pairs = SQL(
                "SELECT unnest(%s) AS partner_id, %s AS group_id",
                partners.ids,
                self.retail.id,
            )
            change = Change("add", "bulk", start_series=True)
            self.Group._change_members(pairs, None, change)
            self.Group._change_members(None, pairs, Change("remove", "bulk"))
            self.clock.tick(7200)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.stop_late()
            counts.append(self.env.cr.sql_log_count - before)
            found = self.get_enrolments(series, partners)
            self.assertEqual(set(found.mapped("stop_reason")), {"left"})
        self.assertEqual(counts[1], counts[2])

    # ------------------------------------------------------------
    # UNDO
    # ------------------------------------------------------------

    def test_undo(self):
        """Taking back a change stops what it has started, unless something was done."""
        series = self.create_series([self.activity(1)])
        wizard = self.env["customer.group.assign"].create(
            {
                "mode": "add",
                "partner_domain": repr([("id", "in", (self.anna + self.dora).ids)]),
                "group_ids": [Command.set(self.retail.ids)],
                "start_series": True,
            }
        )
        wizard.action_apply()
        self.join(self.ben)
        wizard.action_undo()
        for contact in (self.anna, self.dora):
            self.assertStopped("undone", self.get_enrolments(series, contact))
        self.assertEqual(self.get_enrolments(series, self.ben).state, "running")
        # It has not been for them: they may enter.
        self.join(self.dora)
        self.assertEqual(
            self.get_enrolments(series, self.dora).mapped("state"),
            ["stopped", "running"],
        )

    def test_undo_after_the_first_step(self):
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.dora)
        self.run_due()
        operation = self.get_enrolments(series).operation_id
        operation.action_undo()
        self.assertEqual(self.get_enrolments(series).state, "running")
        self.stop_late("06-01 12:00")
        self.assertStopped("left", self.get_enrolments(series), traces=1)

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def test_stop_by_hand(self):
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        with self.assertRaises(AccessError):
            self.as_user(enrolment, self.reader).action_stop()
        self.as_user(enrolment, self.assigner).action_stop()
        self.assertStopped("manual", enrolment)
        self.assertEqual(enrolment.stop_user_id, self.assigner)
        with self.assertRefused(UserError, "only where a step has failed"):
            self.as_user(enrolment, self.assigner).action_resume()

    def test_contact_that_may_not_be_changed(self):
        series = self.create_series([self.activity(1)])
        self.join(self.anna + self.dora)
        self.env["ir.rule"].create(
            {
                "name": "Only Anna",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', 'in', [{self.anna.id}])]",
                "perm_read": False,
            }
        )
        with self.assertRaises(AccessError):
            self.as_user(self.get_enrolments(series), self.assigner).action_stop()
        mine = self.get_enrolments(series, self.anna)
        self.as_user(mine, self.assigner).action_stop()
        self.assertEqual(self.get_enrolments(series, self.dora).state, "running")

    def test_hidden_company(self):
        """Whoever does not see a series or a contact cannot stop it by its id."""
        company = self.env["res.company"].create({"name": "Other"})
        user = self.create_user(
            "there", "base.group_user", company_id=company.id, company_ids=company.ids
        )
        series = self.create_series(
            [self.activity(1)], trigger="manual", company_id=company.id, user_id=user.id
        )
        series._start_for([("id", "=", self.dora.id)])
        mine = self.as_user(self.get_enrolments(series), self.assigner)
        self.assertFalse(mine.search([("sequence_id", "=", series.id)]))
        for method in ("action_stop", "action_resume", "read"):
            with self.assertRaises(AccessError):
                getattr(mine, method)()
        for method in ("_start_for", "_count_start_for"):
            with self.assertRaises(AccessError):
                getattr(self.as_user(series, self.assigner), method)([])

    def test_private_methods_are_not_for_rpc(self):
        """What changes enrollments is out of reach of callers, but for two buttons."""
        names = (
            "_stop",
            "_stop_where",
            "_run",
            "_advance",
            "_postpone",
            "_finish",
            "_merge",
            "_catch_up",
            "_wake_up",
            "_cron_run",
            "_cron_stop",
        )
        for name in names:
            self.assertTrue(callable(getattr(self.Enrolment, name)))
            with self.assertRaises(AccessError):
                get_public_method(self.Enrolment, name)
        for name in ("_enrol", "_start_for", "_count_startable", "_tell_of_error"):
            self.assertTrue(callable(getattr(self.Sequence, name)))
            with self.assertRaises(AccessError):
                get_public_method(self.Sequence, name)
        own = [
            name
            for model in (self.Enrolment, self.Trace)
            for cls in type(model).mro()
            if "customer_group" in cls.__module__
            for name, value in vars(cls).items()
            if callable(value) and not name.startswith("_")
        ]
        self.assertLessEqual({"action_stop", "action_resume"}, set(own))
        for name in own:
            self.assertTrue(name.startswith("action_"), name)

    def test_resume(self):
        """Not twice at the same time, and not in a series that is over."""
        self.dora.email = False
        series = self.create_series([self.email()], reentry="after", reentry_days=0)
        self.join(self.dora)
        self.run_due()
        enrolment = self.get_enrolments(series)
        self.leave(self.dora)
        self.join(self.dora)
        with self.assertRefused(UserError, "again already"):
            enrolment.action_resume()
        series.action_archive()
        with self.assertRefused(UserError, "Unarchive"):
            enrolment.action_resume()
        with self.assertRaises(AccessError):
            self.as_user(enrolment, self.reader).action_resume()


@tagged("post_install", "-at_install")
class TestSequenceMerge(SequenceClockCommon):
    """Contacts and groups that are merged, archived or deleted while series run."""

    def merge(self, partners, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, target, extra_checks=False)
        self.env.invalidate_all()

    def test_contacts_in_the_same_series(self):
        """The one who remains goes on; nothing that was done is lost."""
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.anna)
        self.run_due()
        self.join(self.dora)
        kept = self.get_enrolments(series, self.dora)
        gone = self.get_enrolments(series, self.anna)
        self.merge(self.anna + self.dora, self.dora)
        self.assertEqual((kept + gone).partner_id, self.dora)
        self.assertEqual(kept.state, "running")
        self.assertEqual((gone.state, gone.stop_reason), ("stopped", "merged"))
        self.assertEqual(len(gone.trace_ids), 1)
        self.assertEqual(sorted((kept + gone).mapped("occurrence")), [1, 2])
        self.run_due()
        self.assertEqual(len(kept.trace_ids), 1)

    def test_contacts_of_whom_others_are_in_the_series(self):
        """Of two who go, he goes on who entered first, under the one who remains."""
        series = self.create_series([self.activity(1)])
        other = self.create_series([self.activity(1)], self.students)
        self.join(self.anna)
        self.join(self.cleo)
        self.join(self.cleo, self.students)
        first, second = self.get_enrolments(series)
        self.merge(self.anna + self.cleo + self.dora, self.dora)
        self.assertEqual(first.state, "running")
        self.assertEqual(second.stop_reason, "merged")
        self.assertEqual(self.get_enrolments(other).partner_id, self.dora)
        self.run_due(days=1, minutes=1)
        self.assertEqual((first.state, len(self.dora.activity_ids)), ("done", 2))

    def test_history_of_both(self):
        """Several times of each: numbers stay unique."""
        series = self.create_series([self.activity()], reentry="after", reentry_days=0)
        for _i in range(2):
            self.join(self.anna + self.dora)
            self.run_due()
            self.leave(self.anna + self.dora)
        self.merge(self.anna + self.dora, self.dora)
        numbers = self.get_enrolments(series, self.dora).mapped("occurrence")
        self.assertEqual(sorted(numbers), [1, 2, 3, 4])

    def test_groups(self):
        """Start, goal and target groups follow a merge, each once."""
        series = self.create_series(
            [self.add(self.students), self.activity(1)],
            self.retail + self.wholesale_eu,
            stop_group_ids=[Command.set(self.wholesale_eu.ids)],
        )
        new = self.create_group("New")
        self.join(self.dora)
        (self.retail + self.wholesale_eu + self.students)._merge_into(new)
        self.env.invalidate_all()
        self.assertEqual(series.group_ids, new)
        self.assertEqual(series.stop_group_ids, new)
        self.assertEqual(series.step_ids[0].target_group_id, new)
        self.assertEqual(self.get_enrolments(series, self.dora).group_id, new)
        contact = self.Partner.create({"name": "Emil"})
        self.join(contact, new)
        self.assertTrue(self.get_enrolments(series, contact))

    def test_groups_of_which_the_series_has_both(self):
        series = self.create_series([self.activity()], self.retail + self.students)
        self.students._merge_into(self.retail)
        self.assertEqual(series.group_ids, self.retail)

    def test_merge_starts_nothing(self):
        """Neither contacts nor groups that are merged enter a series by that."""
        series = self.create_series([self.activity()], self.retail + self.wholesale)
        self.students._merge_into(self.retail)
        self.merge(self.ben + self.dora, self.dora)
        self.assertFalse(self.get_enrolments(series))

    def test_groups_of_a_company(self):
        group = self.create_group("Ours", company_id=self.env.company.id)
        self.create_series([self.activity()], self.students, name="For all")
        with self.assertRefused(UserError, "“For all”"):
            self.students._merge_into(group)

    def test_archived_start_group(self):
        """Who is in the series goes on; archiving takes nobody out of a group."""
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        self.retail.active = False
        self.run_due(days=1, minutes=1)
        self.assertEqual(self.get_enrolments(series).state, "done")

    def test_deleted_contact(self):
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.dora)
        self.run_due()
        enrolment = self.get_enrolments(series)
        traces = enrolment.trace_ids
        self.dora.unlink()
        self.assertFalse(enrolment.exists() or traces.exists())
        self.run_due(days=2)

    def test_dates_of_groups_of_a_tree(self):
        """A group that is moved below a start group starts the series from then on."""
        series = self.create_series([self.activity()])
        group = self.create_group("Elsewhere")
        self.join(self.dora, group)
        group.parent_id = self.retail
        self.join(self.anna, group)
        self.assertEqual(self.get_enrolments(series).partner_id, self.anna)
        self.assertLess(datetime(2026, 1, 1), self.get_enrolments(series).date_start)
