# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields

from .common import CustomerGroupCommon


class SequenceCommon(CustomerGroupCommon):
    """Series that start with the groups of :class:`CustomerGroupCommon`.

    ``manager`` is responsible for them. All contacts have an e-mail address.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Sequence = cls.env["customer.group.sequence"]
        cls.Enrolment = cls.env["customer.group.enrolment"]
        cls.Trace = cls.env["customer.group.enrolment.trace"]
        cls.template = cls.create_template("Welcome")
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        for partner in (cls.anna, cls.ben, cls.cleo, cls.dora):
            partner.email = f"{partner.name.lower()}@example.com"

    @classmethod
    def create_template(cls, name, **values):
        return cls.env["mail.template"].create(
            {
                "name": name,
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "subject": f"{name}, {{{{ object.name }}}}",
                "body_html": "<p>Dear <t t-out='object.name'/></p>",
                "email_from": "shop@example.com",
                "use_default_to": True,
                **values,
            }
        )

    @classmethod
    def email(cls, delay=0, unit="days", **values):
        """Return the values of a step that sends an e-mail."""
        return cls._step("email", delay, unit, {"template_id": cls.template.id}, values)

    @classmethod
    def activity(cls, delay=0, unit="days", **values):
        """Return the values of a step that schedules an activity."""
        activity = {"activity_type_id": cls.todo.id, "activity_summary": "Call"}
        return cls._step("activity", delay, unit, activity, values)

    @classmethod
    def add(cls, group, delay=0, unit="days", **values):
        """Return the values of a step that adds to a group."""
        return cls._step("add", delay, unit, {"target_group_id": group.id}, values)

    @classmethod
    def remove(cls, group, delay=0, unit="days", **values):
        """Return the values of a step that removes from a group."""
        return cls._step("remove", delay, unit, {"target_group_id": group.id}, values)

    @classmethod
    def _step(cls, action, delay, unit, defaults, values):
        delays = {"delay_value": delay, "delay_unit": unit}
        return {"action": action, **delays, **defaults, **values}

    @classmethod
    def create_series(cls, steps, groups=None, run=True, **values):
        """Create a series.

        :param list[dict] steps: see :meth:`email` and the like
        :param groups: start groups; by default, ``retail``, which is empty
        :param bool run: start it
        """
        sequence = cls.Sequence.create(
            {
                "name": "Series",
                "user_id": cls.manager.id,
                "group_ids": [
                    Command.set((cls.retail if groups is None else groups).ids)
                ],
                "step_ids": [
                    Command.create({"sequence": i, **step})
                    for i, step in enumerate(steps)
                ],
                "window_from": 0,
                "window_to": 24,
                **values,
            }
        )
        if run:
            sequence.action_start()
        return sequence

    @classmethod
    def join(cls, partners, group=None):
        """Put contacts into a group by hand; by default, into ``retail``."""
        partners.write({"customer_group_ids": [Command.link((group or cls.retail).id)]})

    @classmethod
    def leave(cls, partners, group=None):
        """Take contacts out of a group by hand; by default, out of ``retail``."""
        partners.write(
            {"customer_group_ids": [Command.unlink((group or cls.retail).id)]}
        )

    @contextmanager
    def without_commit(self):
        """Let scheduled actions run in the transaction of the test."""

        def commit_progress(cron, processed=0, **kwargs):
            cron.env.flush_all()
            return float("inf")

        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", commit_progress):
            yield

    def run_due(self, **later):
        """Do the steps that are due, now or some time later.

        :param later: arguments of ``timedelta``, counted from the present time
        """
        with self.without_commit():
            if not later:
                return self.Enrolment._cron_run()
            with freeze_time(fields.Datetime.now() + timedelta(**later)):
                return self.Enrolment._cron_run()

    def get_enrolments(self, sequence, partners=None):
        """Return who is or was in a series, the oldest first."""
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("sequence_id", "=", sequence.id)]
        if partners is not None:
            domain.append(("partner_id", "in", partners.ids))
        return self.Enrolment.search(domain, order="id")

    def get_mails(self, partners):
        """Return the e-mails in the queue for these contacts, the oldest first."""
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", partners.ids)], order="id"
        )


class SequenceClockCommon(SequenceCommon):
    """Series from Monday, June 1, 2026 at ten, by a clock that stands still."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-06-01 10:00")
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)

    def run_at(self, text):
        """Do what is due at a time of 2026, such as ``06-01 10:00``."""
        self.clock.move_to(f"2026-{text}")
        self.run_due()
