# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
import traceback
from random import Random
from threading import Thread
from unittest.mock import patch

import psycopg2

from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from .concurrency import Direct, Holder, Scene, Worker, find_problems, superuser


@tagged("post_install", "-at_install")
class TestRuleConcurrency(BaseCase):
    """Users add and remove members while rules are evaluated; all of them commit."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = superuser(cr)
            self.admin_id = env.ref("base.user_admin").id
            self.scene = Scene.build(env)
            self.rules = self.scene.add_rules(env)
            for group in env["customer.group"].browse(self.rules):
                group._run_rule()
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with self.registry.cursor() as cr:
            self.scene.remove(superuser(cr))

    def get_members(self, cr, group_id):
        cr.execute(
            "SELECT partner_id FROM customer_group_res_partner_rel WHERE group_id = %s",
            [group_id],
        )
        return {id_ for [id_] in cr.fetchall()}

    def collide(self, first, second):
        """Let a user's change commit between the snapshot of a run and its writes.

        :param Callable first: what the user does, with an environment
        :param Callable second: what the job does, with an environment
        """
        with self.registry.cursor() as cr:
            env = superuser(cr)
            model = type(env["customer.group"])
            compare, done = model._compare_with_rule, []

            def compare_and_wait(group, partner_ids=None):
                found = compare(group, partner_ids)
                if not done:
                    done.append(True)
                    with self.registry.cursor() as other:
                        first(superuser(other))
                return found

            with patch.object(model, "_compare_with_rule", compare_and_wait):
                env["customer.group.rule.run"]._retry(lambda: second(env))
        self.assertTrue(done)

    def test_user_wins(self):
        """He holds, keeps out or adds while a run is under way."""
        in_a, group = self.scene.contacts[0], self.rules[0]

        def browse(env):
            return env["customer.group"].browse(group)

        def run(env):
            browse(env)._run_rule()

        def run_some(env):
            browse(env)._run_rule([in_a])

        def set_city(env, city):
            env["res.partner"].browse(in_a).city = city

        for job in (run, run_some):
            with self.subTest(job=job.__name__), mute_logger("odoo.sql_db"):
                with self.registry.cursor() as cr:  # he no longer matches, but is held
                    set_city(superuser(cr), "Nowhere")
                self.collide(lambda env: browse(env).add_members([in_a]), job)
                self.check(group, in_a, True)
                with self.registry.cursor() as cr:  # he matches, but is kept out
                    set_city(superuser(cr), "Stress")
                    browse(superuser(cr)).remove_members([in_a])
                    rows = superuser(cr)["customer.group.exclusion"].search(
                        [("partner_id", "=", in_a)]
                    )
                    rows.filtered(lambda row: not row.end_operation_id).action_admit()
                self.collide(lambda env: browse(env).add_members([in_a]), job)
                self.check(group, in_a, True)
                self.collide(lambda env: browse(env).remove_members([in_a]), job)
                self.check(group, in_a, False)
                with self.registry.cursor() as cr:
                    run(superuser(cr))
                self.check(group, in_a, False)

    def check(self, group_id, partner_id, is_member):
        with self.registry.cursor() as cr:
            self.assertEqual(partner_id in self.get_members(cr, group_id), is_member)
            self.assertEqual(find_problems(cr, self.scene.first), {})

    def test_contacts_are_not_locked(self):
        """While a run is open, others save all contacts; joining locks no more than a
        foreign key, and only those who join."""
        joining, staying, *_others = self.scene.contacts
        group_id = self.rules[0]
        with self.registry.cursor() as cr:
            env = superuser(cr)
            env["res.partner"].browse(joining).city = "Nowhere"
            env["customer.group"].browse(group_id)._run_rule()
            env["res.partner"].browse(joining).city = "Stress"
        with self.registry.cursor() as cr, self.registry.cursor() as other:
            env = superuser(cr)
            self.assertTrue(env["customer.group"].browse(group_id)._run_rule())
            lock = "SELECT FROM res_partner WHERE id = ANY (%s) FOR {} NOWAIT"
            every = [[joining, staying]]
            other.execute(lock.format("NO KEY UPDATE"), every)
            other.execute(
                "UPDATE res_partner SET comment = '' WHERE id = %s", every[0][:1]
            )
            other.rollback()
            other.execute(lock.format("UPDATE"), [[staying]])
            other.rollback()
            self.assertIn(joining, self.get_members(cr, group_id))
            cr.rollback()

    def test_saving_a_contact_waits_for_no_run(self):
        with self.registry.cursor() as cr, self.registry.cursor() as other:
            superuser(cr)["customer.group.rule.queue"]._enter(self.scene.contacts)
            superuser(cr)["customer.group.rule.queue"]._run_batch()
            other.execute("SET LOCAL lock_timeout = '1s'")
            contact = superuser(other)["res.partner"].browse(self.scene.contacts[0])
            contact.city = "Elsewhere"
            other.rollback()
            cr.rollback()

    @mute_logger(
        "odoo.sql_db",
        "odoo.service.model",
        "odoo.addons.customer_group.models.customer_group_rule_run",
    )
    def test_several_seconds_of_everything(self):
        """``make stress`` does the same with processes, and for longer."""
        workers = [
            Worker(self.scene, number, [Direct(self.registry, self.admin_id)])
            for number in (1, 2)
        ]
        failures, end = [], time.monotonic() + 4
        uniform = Random(1).uniform

        def repeat(step):
            try:
                while time.monotonic() < end and not failures:
                    step()
            except Exception:  # noqa: BLE001 (to show it in this thread)
                failures.append(traceback.format_exc())

        def wait(low, high):
            return uniform(low, high) / 10

        with patch("odoo.service.model.random.uniform", wait):
            steps = [worker.step for worker in workers]
            holder = Holder(self.scene, Direct(self.registry, self.admin_id))
            steps += [self.evaluate, holder.step]
            threads = [Thread(target=repeat, args=[step]) for step in steps]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(failures)
        with self.registry.cursor() as cr:
            self.scene.evaluate(superuser(cr))
        with self.registry.cursor() as cr:
            members = self.scene.get_members(cr)
            self.assertEqual(find_problems(cr, self.scene.first), {})
            self.assertEqual(self.scene.find_rule_problems(cr), {})
            self.assertFalse(Holder.find_lost(self.scene, cr, holder.wanted))
        for worker in workers:
            self.assertFalse(worker.find_lost(members))
            self.assertTrue(worker.done)

    def evaluate(self):
        with self.registry.cursor() as cr:
            self.scene.evaluate(superuser(cr))

    def test_the_check_itself(self):
        """Locks and problems are found where there are some."""
        with self.registry.cursor() as cr, self.registry.cursor() as other:
            cr.execute(
                "UPDATE res_partner SET comment = '' WHERE id = %s",
                self.scene.contacts[:1],
            )
            with (
                self.assertRaises(psycopg2.errors.LockNotAvailable),
                mute_logger("odoo.sql_db"),
            ):
                other.execute(
                    "SELECT FROM res_partner WHERE id = %s FOR UPDATE NOWAIT",
                    self.scene.contacts[:1],
                )
            cr.rollback()
            other.rollback()
