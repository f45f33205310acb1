# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sequence_common import SequenceCommon


@tagged("post_install", "-at_install")
class TestSequenceSteps(SequenceCommon):
    """What a series can consist of, and what is said about the rest."""

    def create_action(self, code="record.write({'comment': 'Done'})", **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Note it",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": code,
                **values,
            }
        )

    def assertStepRefused(self, message, step):
        with self.assertRefused(ValidationError, message):
            self.create_series([step], run=False)

    # ------------------------------------------------------------
    # BAD INPUT
    # ------------------------------------------------------------

    def test_something_is_missing(self):
        self.assertStepRefused("e-mail template", self.email(template_id=False))
        self.assertStepRefused(
            "type of activity", self.activity(activity_type_id=False)
        )
        for kind, message in (("add", "add contacts to"), ("remove", "from")):
            self.assertStepRefused(message, {"action": kind})
        self.assertStepRefused("server action", {"action": "code"})

    def test_things_for_other_models(self):
        users = self.env["ir.model"]._get_id("res.users")
        template = self.create_template("For users", model_id=users)
        self.assertStepRefused("not for contacts", self.email(template_id=template.id))
        kind = self.env["mail.activity.type"].create(
            {"name": "For groups", "res_model": "customer.group"}
        )
        self.assertStepRefused(
            "not for contacts", self.activity(activity_type_id=kind.id)
        )
        action = self.create_action(model_id=users)
        self.assertStepRefused(
            "not for contacts", {"action": "code", "server_action_id": action.id}
        )

    def test_groups_that_cannot_be_changed(self):
        self.students.assign_policy = "rule"
        self.assertStepRefused("Only its rule", self.add(self.students))
        self.assertStepRefused("Only its rule", self.remove(self.students))
        self.students.write({"assign_policy": "all", "active": False})
        self.assertStepRefused("archived", self.add(self.students))

    def test_group_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        group = self.create_group("Theirs", company_id=company.id)
        for values in ({"company_id": self.env.company.id}, {}):
            with self.assertRefused(UserError, "Theirs"):
                self.create_series([self.add(group)], run=False, **values)
        series = self.create_series(
            [self.add(group)],
            self.Group,
            run=False,
            company_id=company.id,
            user_id=self.create_user(
                "theirs",
                "base.group_user",
                company_id=company.id,
                company_ids=company.ids,
            ).id,
        )
        with self.assertRefused(UserError, "Theirs"):
            series.write(
                {"company_id": self.env.company.id, "user_id": self.manager.id}
            )

    def test_negative_numbers(self):
        with mute_logger("odoo.sql_db"):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.create_series([self.activity(-1)], run=False)
            for values in (
                {"hourly_limit": -1},
                {"reentry_days": -1},
                {"max_delay_days": -1},
                {"window_from": 25},
            ):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    self.create_series([self.activity()], run=False, **values)

    def test_series_that_cannot_run(self):
        series = self.create_series([], run=False)
        with self.assertRefused(UserError, "first step"):
            series.action_start()
        with self.assertRefused(ValidationError, "no step"):
            series.state = "running"
        series = self.create_series([self.activity()], self.Group, run=False)
        with self.assertRefused(ValidationError, "Choose the groups"):
            series.action_start()
        series.trigger = "manual"
        series.action_start()
        with self.assertRefused(ValidationError, "no step"):
            series.step_ids.unlink()
        with self.assertRefused(ValidationError, "no step"):
            series.step_ids.active = False
        series.action_archive()
        with self.assertRefused(UserError, "Unarchive"):
            series.action_start()

    # ------------------------------------------------------------
    # IN USE
    # ------------------------------------------------------------

    def test_what_is_in_use_cannot_be_deleted(self):
        """The message says where: the series and the step."""
        action = self.create_action()
        kind = self.env["mail.activity.type"].create({"name": "Visit"})
        self.create_series(
            [
                self.email(),
                self.activity(activity_type_id=kind.id),
                self.add(self.students),
                {"action": "code", "server_action_id": action.id},
            ],
            name="Newcomers",
            stop_group_ids=[Command.set(self.wholesale_eu.ids)],
        )
        for record, number in (
            (self.template, 1),
            (kind, 2),
            (self.students, 3),
            (action, 4),
        ):
            with self.assertRefused(UserError, f"“Newcomers”, in step {number}"):
                record.unlink()
        for group in (self.retail, self.wholesale_eu):
            with self.assertRefused(UserError, f"{group.name}.*“Newcomers”"):
                group.unlink()

    def test_series_of_a_hidden_company_is_named(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = self.create_user(
            "there", "base.group_user", company_id=company.id, company_ids=company.ids
        )
        self.create_series(
            [self.add(self.students)],
            self.Group,
            run=False,
            company_id=company.id,
            user_id=user.id,
            name="Hidden",
        )
        with self.assertRefused(UserError, "“Hidden”"):
            self.as_user(self.students, self.manager).unlink()

    def test_step_that_is_changed_lets_go(self):
        series = self.create_series([self.email()], run=False)
        series.step_ids.write({"action": "add", "target_group_id": self.students.id})
        self.assertFalse(series.step_ids.template_id)
        self.template.unlink()

    def test_step_that_was_done_is_archived(self):
        """Deleting a step that somebody went through keeps what was done."""
        series = self.create_series([self.activity(), self.activity(1)])
        self.join(self.dora)
        self.run_due()
        first, second = series.step_ids
        series.write({"step_ids": [Command.delete(first.id)]})
        self.assertFalse(first.active)
        self.assertEqual(series.step_ids, second)
        self.assertEqual(self.get_enrolments(series).trace_ids.step_id, first)
        # The type of activity can be deleted now: nobody needs it any more.
        kind = self.env["mail.activity.type"].create({"name": "Visit"})
        first.activity_type_id = kind
        kind.unlink()
        self.assertFalse(first.activity_type_id)

    def test_series_with_history(self):
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        with self.assertRefused(UserError, "Archive the series instead"):
            series.unlink()
        series.action_archive()
        enrolment = self.get_enrolments(series)
        self.assertEqual(
            (enrolment.state, enrolment.stop_reason), ("stopped", "series")
        )
        self.assertEqual(series.state, "draft")
        self.create_series([self.activity()]).unlink()

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_only_managers_write(self):
        series = self.create_series([self.activity()], run=False)
        for user in (self.reader, self.assigner, self.creator):
            mine = self.as_user(series, user)
            with self.assertRaises(AccessError):
                mine.action_start()
            with self.assertRaises(AccessError):
                mine.step_ids.write({"delay_value": 1})
        self.as_user(series, self.manager).action_start()
        self.assertEqual(series.state, "running")

    def test_nobody_writes_enrollments(self):
        series = self.create_series([self.activity(1)])
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        for user in (self.assigner, self.manager):
            mine = self.as_user(enrolment, user)
            self.assertEqual(mine.state, "running")
            for forbidden in (
                lambda: mine.write({"state": "done"}),  # noqa: B023
                lambda: mine.unlink(),  # noqa: B023
                lambda: mine.create(  # noqa: B023
                    {
                        "sequence_id": series.id,
                        "partner_id": self.anna.id,
                        "date_start": "2026-01-01",
                    }
                ),
            ):
                with self.assertRaises(AccessError):
                    forbidden()
        with self.assertRaises(AccessError):
            self.as_user(enrolment, self.reader).read(["state"])

    def test_only_administrators_attach_code(self):
        """A manager can neither attach code nor have it run with others' rights."""
        action = self.create_action()
        code = {"action": "code", "server_action_id": action.id}
        series = self.create_series([self.activity()], run=False)
        mine = self.as_user(series, self.manager)
        with self.assertRaises(AccessError):
            mine.step_ids.write(code)
        with self.assertRaises(AccessError):
            mine.write({"step_ids": [Command.create(code)]})
        with self.assertRaises(ValidationError):
            mine.step_ids.write({"action": "code"})
        series = self.create_series([code, self.activity()], run=False)
        mine = self.as_user(series, self.manager)
        with self.assertRaises(AccessError):
            mine.step_ids.read(["server_action_id"])
        mine.step_ids[0].delay_value = 3
        with self.assertRefused(AccessError, "Only administrators"):
            mine.step_ids[0].write({"action": "code"})
        with self.assertRefused(AccessError, "Only administrators"):
            mine.copy()
        mine.action_start()
        with self.assertRefused(AccessError, "Only administrators"):
            mine.user_id = self.env.ref("base.user_admin")
        with self.assertRefused(AccessError, "Only administrators"):
            self.as_user(self.create_series([self.email()]), self.manager).write(
                {"step_ids": [Command.link(series.step_ids[0].id)]}
            )
        admin = self.env.ref("base.user_admin")
        self.as_user(series, admin).user_id = admin

    # ------------------------------------------------------------
    # WARNINGS
    # ------------------------------------------------------------

    def test_warnings(self):
        series = self.create_series([self.add(self.retail)])
        self.assertIn("by which contacts enter", series.warning)
        series = self.create_series([self.remove(self.retail), self.activity()])
        self.assertIn("stops there", series.warning)
        series.step_ids[1].unlink()
        series.invalidate_recordset()
        self.assertFalse(series.warning)
        self.retail.active = False
        series.invalidate_recordset()
        self.assertIn("archived: Trade / Retail", series.warning)
        self.assertIn("Retail chains", series.message_ids[0].body)
        self.manager.active = False
        series.invalidate_recordset()
        self.assertIn("responsible, is archived", series.warning)

    def test_circle_over_three(self):
        names = ("A", "B", "C")
        groups = self.Group.create([{"name": name} for name in names])
        series = [
            self.create_series(
                [self.add(groups[(i + 1) % 3])], groups[i], name=names[i]
            )
            for i in range(3)
        ]
        self.assertIn("A → B → C → A", series[0].warning)
        series[1].action_pause()
        series[0].invalidate_recordset()
        self.assertFalse(series[0].warning)
