# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from contextlib import contextmanager
from threading import Barrier, Thread
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import SQL, mute_logger

CITY = "Sequence Concurrency"
JOB = "odoo.addons.customer_group.models.customer_group_enrolment_job"


@tagged("post_install", "-at_install")
class TestSequenceConcurrency(BaseCase):
    """Several workers, and users, at the same enrollments; all of them commit."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.clean_up)
        with self.superuser() as env:
            group, target = env["customer.group"].create(
                [{"name": f"{CITY} {i}"} for i in range(2)]
            )
            self.group_id, self.target_id = group.id, target.id
            template = env["mail.template"].create(
                {
                    "name": CITY,
                    "model_id": env["ir.model"]._get_id("res.partner"),
                    "subject": CITY,
                    "body_html": "<p>Hello</p>",
                    "use_default_to": True,
                }
            )
            self.email = {"action": "email", "template_id": template.id}
            self.add = {"action": "add", "target_group_id": target.id}

    def clean_up(self):
        with self.superuser() as env:
            partners = env["res.partner"].search([("city", "=", CITY)])
            env["mail.mail"].search([("recipient_ids", "in", partners.ids)]).unlink()
            series = env["customer.group.sequence"]
            series = series.with_context(active_test=False).search(
                [("name", "=", CITY)]
            )
            series.enrolment_ids.unlink()
            series.unlink()
            partners.unlink()
            groups = env["customer.group"].browse([self.group_id, self.target_id])
            groups.unlink()
            env["mail.template"].search([("name", "=", CITY)]).unlink()

    @contextmanager
    def superuser(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def start(self, step, size, **values):
        """Put ``size`` contacts into a series with one step; return its id."""
        with self.superuser() as env:
            partners = env["res.partner"].create(
                [
                    {"name": f"C{i}", "city": CITY, "email": f"c{i}@example.com"}
                    for i in range(size)
                ]
            )
            series = env["customer.group.sequence"].create(
                {
                    "name": CITY,
                    "user_id": env.ref("base.user_admin").id,
                    "group_ids": [Command.set([self.group_id])],
                    "step_ids": [Command.create(step)],
                    **values,
                }
            )
            series.action_start()
            series._start_for([("id", "in", partners.ids)])
            return series.id

    def work(self, workers=3, times=6):
        """Run the job in several threads, again and again."""
        barrier = Barrier(workers)
        errors = []

        def run():
            barrier.wait()
            try:
                for _i in range(times):
                    with self.superuser() as env:
                        env["customer.group.enrolment"]._cron_run()
            except Exception as error:  # noqa: BLE001  shown by the assertion
                errors.append(error)

        threads = [Thread(target=run) for _i in range(workers)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(errors)

    def get_states(self, env, series_id):
        enrolments = env["customer.group.enrolment"].search(
            [("sequence_id", "=", series_id)]
        )
        return enrolments, Counter(enrolments.mapped("state"))

    def test_three_workers(self):
        """Every step is done once, whoever does it."""
        added = self.start(self.add, 100)
        mailed = self.start(self.email, 100)
        self.work()
        with self.superuser() as env:
            for id_ in (added, mailed):
                enrolments, states = self.get_states(env, id_)
                self.assertEqual(states, {"done": 100})
                self.assertEqual(len(enrolments.trace_ids), 100)
            mails = env["mail.mail"].search([("subject", "=", CITY)])
            self.assertEqual(len(mails), 100)
            self.assertEqual(len(mails.recipient_ids), 100)
            target = env["customer.group"].browse(self.target_id)
            self.assertEqual(target.direct_member_count, 100)

    def test_limit_of_three_workers(self):
        """They keep the limit together."""
        series_id = self.start(self.email, 60, hourly_limit=25)
        self.work()
        with self.superuser() as env:
            _enrolments, states = self.get_states(env, series_id)
            self.assertEqual(states, {"done": 25, "running": 35})
            mails = env["mail.mail"].search_count([("subject", "=", CITY)])
            self.assertEqual(mails, 25)
            [[locks]] = env.execute_query(
                SQL(
                    """SELECT count(*) FROM pg_locks l
                         JOIN pg_database d ON d.oid = l.database
                        WHERE l.locktype = 'advisory'
                          AND d.datname = current_database()"""
                )
            )
            self.assertEqual(locks, 0)

    def test_error_in_the_midst(self):
        """What fails for one, even beyond its savepoint, leaves the others alone."""
        series_id = self.start(self.add, 30)
        with self.superuser() as env:
            model = type(env["customer.group.enrolment"])
            victim = env["customer.group.enrolment"].search(
                [("sequence_id", "=", series_id)], limit=1
            )
            original = model._get_stop_reason

            def get_stop_reason(enrolment):
                if enrolment.id == victim.id:
                    enrolment.env.cr.execute("SELECT no_such_column")
                return original(enrolment)

            with (
                patch.object(model, "_get_stop_reason", get_stop_reason),
                mute_logger(JOB, "odoo.sql_db"),
            ):
                env["customer.group.enrolment"]._cron_run()
            self.assertEqual((victim.state, victim.attempts), ("running", 1))
            self.assertIn("no_such_column", victim.last_error)
            _enrolments, states = self.get_states(env, series_id)
            self.assertEqual(states, {"done": 29, "running": 1})

    def test_locked_while_it_is_done(self):
        """Nobody else can stop, or do, what the job is at."""
        series_id = self.start(self.add, 5)
        with self.superuser() as env:
            model = type(env["customer.group.enrolment"])
            enrolments, _states = self.get_states(env, series_id)
            ids, seen = enrolments.ids, []
            env.cr.commit()
            original = model._run

            def run(enrolment):
                with self.superuser() as other:
                    free = other["customer.group.enrolment"].browse(ids)
                    seen.append(len(free.try_lock_for_update()))
                return original(enrolment)

            with patch.object(model, "_run", run):
                env["customer.group.enrolment"]._cron_run()
            self.assertEqual(seen, [0] * 5)
            _enrolments, states = self.get_states(env, series_id)
            self.assertEqual(states, {"done": 5})

    def test_conflict_is_tried_again(self):
        """Somebody else puts a contact into the same group meanwhile."""
        series_id = self.start(self.add, 3)
        with self.superuser() as env:
            model = type(env["customer.group.sequence.step"])
            original, done = model._run, []

            def run(step, enrolment):
                if not done:
                    done.append(True)
                    with self.superuser() as other:
                        partner = other["res.partner"].browse(enrolment.partner_id.id)
                        partner.customer_group_ids = [Command.link(self.target_id)]
                return original(step, enrolment)

            with patch.object(model, "_run", run), mute_logger("odoo.sql_db"):
                env["customer.group.enrolment"]._cron_run()
            enrolments, states = self.get_states(env, series_id)
            self.assertEqual(states, {"done": 3})
            self.assertEqual(set(enrolments.mapped("attempts")), {0})
            self.assertEqual(len(enrolments.trace_ids), 3)
