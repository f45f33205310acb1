# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from contextlib import contextmanager
from threading import Thread
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from .concurrency import Direct, Scene, Worker, find_problems, superuser


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Changes at the same moment, each in a transaction of its own that commits."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = superuser(cr)
            self.admin_id = env.ref("base.user_admin").id
            self.scene = Scene.build(env)
        self.addCleanup(self.clean_up)
        self.anna, self.ben, *_others = self.scene.contacts
        self.group = self.scene.groups[0]

    def clean_up(self):
        with self.registry.cursor() as cr:
            self.scene.remove(superuser(cr))

    @contextmanager
    def transaction(self):
        """Give the environment of a transaction that sees the database as of now."""
        with self.registry.cursor() as cr:
            cr.execute("SELECT FROM res_partner LIMIT 1")
            yield superuser(cr)

    def put_in(self, env, *partner_ids):
        return (
            env["res.partner"]
            .browse(partner_ids)
            .write({"customer_group_ids": [Command.link(self.group)]})
        )

    def take_out(self, env, *partner_ids):
        return (
            env["res.partner"]
            .browse(partner_ids)
            .write({"customer_group_ids": [Command.unlink(self.group)]})
        )

    def bulk(self, env, mode, *partner_ids):
        wizard = env["customer.group.assign"].create(
            {
                "mode": mode,
                "partner_domain": repr([("id", "in", partner_ids)]),
                "group_ids": [self.group],
            }
        )
        wizard.action_apply()
        return wizard.operation_id

    def add(self, env, *partner_ids):
        return self.bulk(env, "add", *partner_ids)

    def remove(self, env, *partner_ids):
        return self.bulk(env, "remove", *partner_ids)

    def in_background(self, function):
        """Run it with a transaction of its own, and wait until a lock stops it."""

        def run():
            with self.registry.cursor() as cr:
                pids.append(cr._cnx.get_backend_pid())
                function(superuser(cr))

        pids = []
        thread = Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        with self.registry.cursor() as cr:
            for _attempt in range(1000):
                time.sleep(0.01)
                cr.execute("SELECT cardinality(pg_blocking_pids(%s))", pids or [0])
                if cr.fetchone()[0]:
                    return thread
        self.fail("Nothing had to wait")

    def assertMembers(self, *partner_ids):
        with self.registry.cursor() as cr:
            self.assertEqual(
                self.scene.get_members(cr), {(id_, self.group) for id_ in partner_ids}
            )
            self.assertEqual(find_problems(cr, self.scene.first), {})

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_same_change_at_the_same_moment(self):
        """The second one notices that nothing is left to do."""
        doors = [(self.put_in, self.take_out), (self.add, self.remove)]
        for first_add, first_remove in doors:
            for second_add, second_remove in doors:
                for first, second, members in [
                    (first_add, second_add, [self.anna]),
                    (first_remove, second_remove, []),
                ]:
                    with self.subTest(first=first.__name__, second=second.__name__):
                        self.collide(first, second)
                        self.assertMembers(*members)

    def collide(self, first, second):
        """Let a transaction commit between the snapshot of another and its change."""
        interrupted = []

        def change():
            if not interrupted:
                interrupted.append(True)
                with self.transaction() as other:
                    first(other, self.anna)
            second(env, self.anna)

        with self.transaction() as env, patch("time.sleep"):
            retrying(change, env)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_opposite_changes_at_the_same_moment(self):
        """Either may win, but relation, ledger and journal agree."""
        for adding in (self.put_in, self.add):
            for removing in (self.take_out, self.remove):
                for first, second in [(adding, removing), (removing, adding)]:
                    with self.subTest(first=first.__name__, second=second.__name__):
                        with self.transaction() as env:
                            (self.put_in if first is removing else self.take_out)(
                                env, self.anna
                            )
                        self.collide(first, second)
                        with self.registry.cursor() as cr:
                            self.assertEqual(find_problems(cr, self.scene.first), {})

    def test_intervals_do_not_overlap_after_waiting(self):
        """Somebody leaves while a bulk change that brings him back waits for a lock."""
        with self.transaction() as env:
            self.put_in(env, self.ben)
        with self.registry.cursor() as blocker:
            self.put_in(superuser(blocker), self.anna)
            blocker.execute("SELECT")
            waiting = self.in_background(lambda env: self.add(env, self.anna, self.ben))
            time.sleep(1.1)
            with self.transaction() as env:
                self.take_out(env, self.ben)
            blocker.rollback()
            waiting.join()
        self.assertMembers(self.anna, self.ben)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_undo_twice_at_the_same_moment(self):
        with self.transaction() as env:
            operation = self.add(env, self.anna, self.ben).id

        def undo(env, _partner_id):
            env["customer.group.operation"].browse(operation).action_undo()

        with self.assertRaisesRegex(UserError, "undone already"):
            self.collide(undo, undo)
        self.assertMembers()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_apply_twice_at_the_same_moment(self):
        with self.transaction() as env:
            wizard = env["customer.group.assign"].create(
                {
                    "partner_domain": repr([("id", "=", self.anna)]),
                    "group_ids": [self.group],
                }
            )

        def apply(env, _partner_id):
            env["customer.group.assign"].browse(wizard.id).action_apply()

        with self.assertRaisesRegex(UserError, "made already"):
            self.collide(apply, apply)
        self.assertMembers(self.anna)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_several_seconds_of_everything(self):
        """``make stress`` does the same with processes, over HTTP, and for longer."""
        workers = [
            Worker(self.scene, number, [Direct(self.registry, self.admin_id)])
            for number in (1, 2)
        ]
        failures, end = [], time.monotonic() + 3

        def run(worker):
            try:
                while time.monotonic() < end and not failures:
                    worker.step()
            except Exception as error:  # noqa: BLE001 (to show it in this thread)
                failures.append(repr(error))

        # Sleep as little as needed: the more often they collide, the better.
        with patch("odoo.service.model.random.uniform", return_value=0.01):
            threads = [Thread(target=run, args=[worker]) for worker in workers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(failures)
        with self.registry.cursor() as cr:
            members = self.scene.get_members(cr)
            self.assertEqual(find_problems(cr, self.scene.first), {})
        for worker in workers:
            self.assertFalse(worker.find_lost(members))
            self.assertTrue(worker.done)
