"""Kill servers while they change 100,000 memberships in one go."""

import sys
import time
from contextlib import suppress
from functools import partial
from random import Random
from threading import Thread

import requests

from odoo.addons.customer_group.tests.concurrency import Web, find_problems

from .server import Server

LOGIN = "admin"
SEED = """
INSERT INTO res_partner (name, complete_name, active, type, partner_share, color, ref,
                         create_date, write_date)
SELECT name, name, TRUE, 'contact', TRUE, 0, 'STRESS', now(), now()
  FROM (SELECT 'Stress ' || i AS name FROM generate_series(1, %s) AS i) AS contact;
UPDATE res_partner SET commercial_partner_id = id WHERE ref = 'STRESS';
"""


def main(env, contacts=100_000):
    """Kill at several moments, look at the database, and do the work after all."""
    env.cr.execute(SEED, [contacts])
    group_id = env["customer.group"].create({"name": "Stress of killing"}).id
    env.cr.commit()
    env.cr.execute("ANALYZE res_partner")
    env.cr.commit()
    Killing(env, group_id, contacts).run()


class Killing:
    """A server that is killed again and again, and a look at what it leaves."""

    def __init__(self, env, group_id, contacts):
        self.cr, self.registry = env.cr, env.registry
        self.database, self.group_id = env.cr.dbname, group_id
        self.contacts = contacts
        self.first = env["customer.group.operation"].search([], limit=1).id
        self.server = self.call = None
        env.cr.rollback()

    def run(self):
        random = Random(1)
        try:
            self.start()
            duration = self.work("action_apply")
            self.work("action_undo")
            print(f"    {self.contacts} added in {duration:.1f} s, and undone")
            for method, delays in (("action_apply", 3), ("action_undo", 1)):
                self.kill(method, lambda: self.wait_for_statement(0), "at its start")
                delay = random.uniform(0, duration / 2)
                wait = partial(self.wait_for_statement, delay)
                self.kill(method, wait, f"{delay:.1f} s later")
                self.kill(method, None, "right before the commit")
                for _number in range(delays):
                    delay = random.uniform(0, duration)
                    name = f"{delay:.1f} s after the call"
                    self.kill(method, partial(time.sleep, delay), name)
            self.work("action_apply")
            self.work("action_undo")
            print("    afterwards the same job runs to its end, and so does its undo")
        finally:
            self.server.kill()

    def start(self):
        self.server = Server(self.database)
        self.call = Web(self.server.url, self.database, LOGIN)

    def prepare(self, method):
        """Return the dialog that is to be used; it is applied if it is to be undone."""
        values = {
            "mode": "add",
            "partner_domain": "[('ref', '=', 'STRESS')]",
            "group_ids": [[6, 0, [self.group_id]]],
        }
        ids = self.call("customer.group.assign", "create", vals_list=[values])
        if method == "action_undo":
            self.call("customer.group.assign", "action_apply", ids)
        return ids

    def work(self, method):
        """Do it all without killing anybody, and return how many seconds it took."""
        ids = self.prepare(method)
        began = time.monotonic()
        self.call("customer.group.assign", method, ids)
        duration = time.monotonic() - began
        members = self.count()
        self.expect(members == (method == "action_apply") * self.contacts, members)
        self.clear()
        return duration

    def kill(self, method, wait, name):
        ids = self.prepare(method)
        before, answers = self.count(), []

        def change():
            with suppress(requests.ConnectionError):
                answers.append(self.call("customer.group.assign", method, ids))

        thread = Thread(target=change)
        if wait:
            thread.start()
            wait()
            self.server.kill()
        else:
            with self.registry.cursor() as blocker:
                self.block(blocker, method, ids)
                thread.start()
                self.wait_for_lock(blocker)
                self.server.kill()
        thread.join()
        seconds = self.wait_until_gone()
        after = self.count()
        self.expect(after in (0, self.contacts), f"{after} members after a kill {name}")
        self.expect(not answers or after != before, "an answer without a change")
        outcome = "all of it" if after != before else "nothing"
        print(
            f"    {method}, killed {name}: {outcome} is done;"
            f" no lock after {seconds:.1f} s"
        )
        self.start()
        self.clear()

    def block(self, cr, method, ids):
        """Lock what is written last, so that all is done but the commit."""
        query = "SELECT FROM customer_group_assign WHERE id = %s FOR UPDATE"
        if method == "action_undo":
            query = """SELECT FROM customer_group_operation
                        WHERE id = (SELECT operation_id FROM customer_group_assign
                                     WHERE id = %s) FOR UPDATE"""
        cr.execute(query, ids)

    def wait_for_lock(self, blocker):
        self.wait_for_row(
            "SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))",
            blocker._cnx.get_backend_pid(),
        )

    def wait_for_statement(self, seconds):
        self.wait_for_row(
            """SELECT FROM pg_stat_activity
                WHERE application_name = %s AND state = 'active'
                  AND query LIKE '%%WITH changed AS%%'""",
            f"odoo-{self.server.process.pid}",
        )
        time.sleep(seconds)

    def wait_for_row(self, query, value):
        deadline = time.monotonic() + 60
        with self.registry.cursor() as cr:
            while time.monotonic() < deadline:
                cr.execute(query, [value])
                cr.rollback()
                if cr.rowcount:
                    return
        sys.exit("error: the moment to kill never came")

    def wait_until_gone(self):
        """Return how long PostgreSQL goes on for the killed server, locks and all."""
        began = time.monotonic()
        while time.monotonic() < began + 60:
            self.cr.execute(
                "SELECT FROM pg_stat_activity WHERE application_name = %s",
                [f"odoo-{self.server.process.pid}"],
            )
            gone = not self.cr.rowcount
            self.cr.rollback()
            if gone:
                return time.monotonic() - began
            time.sleep(0.05)
        sys.exit("error: a connection of the killed server is still there")

    def count(self):
        """Return the number of members, after comparing them with the journal."""
        self.cr.execute(
            """SELECT (SELECT count(*) FROM customer_group_res_partner_rel
                        WHERE group_id = %s),
                      (SELECT COALESCE(sum(added - removed), 0)
                         FROM customer_group_operation
                        WHERE id > %s)""",
            [self.group_id, self.first],
        )
        members, journal = self.cr.fetchone()
        problems = find_problems(self.cr)
        self.cr.rollback()
        self.expect(members == journal and not problems, (members, journal, problems))
        return members

    def clear(self):
        """Take all out again, if they are in."""
        if self.count():
            self.cr.execute(
                "SELECT max(id) FROM customer_group_operation WHERE added > 0"
            )
            [operation_id] = self.cr.fetchone()
            self.cr.rollback()
            self.call("customer.group.operation", "action_undo", [operation_id])
            self.expect(not self.count(), "members after undo")

    def expect(self, condition, problem):
        if not condition:
            sys.exit(f"error: {problem}")
