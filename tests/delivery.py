# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real mail server, and processes that send e-mails of a series to it.

Used by ``test_delivery.py`` with few contacts, by ``make smtp`` with many.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from threading import Timer

from aiosmtpd.controller import Controller

from odoo.tools import SQL, config

SUBJECT = "Delivery probe"
#: What a worker process does, each time it is told to by a line.
WORKER = """
import json, sys
from odoo.tools import config
config.parse_config(json.loads(sys.argv[1]), setup_logging=True)
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2.errors import InFailedSqlTransaction

# Odoo has one process that sends, which swallows what goes wrong on the way.
COLLISIONS = *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, InFailedSqlTransaction

def is_waiting(cr, query):
    cr.rollback()
    cr.execute(query)
    found = cr.fetchone()
    cr.rollback()
    return found

with Registry(config["db_name"][0]).cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})
    mails = env["mail.mail"].with_context(filters=[("subject", "=", sys.argv[2])])
    print("ready", flush=True)
    for _line in sys.stdin:
        for _round in range(100):
            if not is_waiting(cr, sys.argv[3]):
                break
            env["customer.group.enrolment"]._cron_run()
        for _round in range(100):
            if not is_waiting(cr, sys.argv[4]):
                break
            try:
                mails.process_email_queue()
                cr.commit()
            except COLLISIONS:
                cr.rollback()
        cr.rollback()
        env["customer.group.enrolment.trace"]._cron_repair()
        cr.commit()
        print("done", flush=True)
"""
DUE = """SELECT 1 FROM customer_group_enrolment WHERE sequence_id = {}
            AND state = 'running' AND next_run <= now() AT TIME ZONE 'UTC' LIMIT 1"""
OUTGOING = """SELECT 1 FROM mail_mail JOIN mail_message m ON m.id = mail_message_id
               WHERE m.subject = '{}' AND state = 'outgoing'
                 AND (scheduled_date IS NULL
                      OR scheduled_date <= now() AT TIME ZONE 'UTC') LIMIT 1"""


class MailServer:
    """Takes e-mails, or does what else mail servers do.

    ``mode`` is one of ``ok``, ``later`` (451), ``drop`` (the connection breaks before
    the answer, for every tenth e-mail), ``lose`` (so it does, but the e-mail has
    arrived) and ``slow``. It can also kill the sender before it answers.
    """

    def __init__(self):
        self.mode, self.refused = "ok", set()
        #: The process to kill, and at which e-mail from now on.
        self.victim, self.spared = None, 0
        #: Pairs (address, Message-ID) in the order of arrival; e-mails by address.
        self.accepted, self.contents, self.tries = [], {}, 0
        #: Addresses of e-mails that may have arrived. It happens to each of them once:
        #: the second time, the series would end.
        self.doubtful = set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.controller = None
        self.start()

    def start(self):
        self.controller = Controller(self, "127.0.0.1", self.port, ready_timeout=60)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def kill_at(self, number, pid):
        """Kill a process when the e-mail of this number has arrived."""
        self.spared, self.victim = number, pid

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd calls it so)
        if address in self.refused:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 (aiosmtpd calls it so)
        self.tries += 1
        doubtful = self.doubtful.intersection(envelope.rcpt_tos)
        breaks = self.tries % 10 == 5 and self.mode in ("drop", "lose")
        breaks = breaks and not doubtful
        if self.mode == "later":
            return "451 4.3.0 Try again later"
        if self.mode == "slow":
            await asyncio.sleep(0.1)
        if not (breaks and self.mode == "drop"):
            message_id = message_from_bytes(envelope.content)["Message-ID"]
            for address in envelope.rcpt_tos:
                self.accepted.append((address, message_id))
                self.contents[address] = envelope.content
        if breaks:
            self.doubtful.update(envelope.rcpt_tos)
            server.transport.abort()
        self.spared -= 1
        if self.victim and not self.spared:
            self.doubtful.update(envelope.rcpt_tos)
            os.kill(self.victim, signal.SIGKILL)
            self.victim = None
        return "250 OK"


class Worker:
    """A process of Odoo without test mode that does steps and sends e-mails."""

    def __init__(self, scene):
        options = ["--log-level", "critical", "--max-cron-threads", "0", "--no-http"]
        options += ["--database", scene.database]
        options += ["--addons-path", ",".join(config["addons_path"])]
        for name in ("db_host", "db_port", "db_user", "db_password", "data_dir"):
            if config[name]:
                flag = name.replace("data_dir", "data-dir")
                options += [f"--{flag}", str(config[name])]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", WORKER, json.dumps(options), scene.subject),
                *(DUE.format(scene.sequence), OUTGOING.format(scene.subject)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self, seconds=600):
        """Return whether it has done its work, as opposed to having died."""
        timer = Timer(seconds, self.process.kill)
        timer.start()
        try:
            return bool(self.process.stdout.readline())
        finally:
            timer.cancel()

    def tell(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.communicate()


class Scene:
    """Contacts that are in a series of one e-mail, all of it committed."""

    def __init__(self, env, server, size, name=""):
        self.database, self.size = env.cr.dbname, size
        self.subject = f"{SUBJECT} {name}".strip()
        self.mail_server = env["ir.mail_server"].create(
            {"name": self.subject, "smtp_host": "127.0.0.1", "smtp_port": server.port}
        )
        self.template = env["mail.template"].create(
            {
                "name": self.subject,
                "model_id": env["ir.model"]._get_id("res.partner"),
                "subject": self.subject,
                "body_html": "<p>Dear <t t-out='object.name'/></p>",
                "email_from": "shop@example.com",
                "mail_server_id": self.mail_server.id,
            }
        )
        step = {"action": "email", "template_id": self.template.id}
        sequence = env["customer.group.sequence"].create(
            {
                "name": self.subject,
                "trigger": "manual",
                "user_id": env.ref("base.user_admin").id,
                "step_ids": [(0, 0, step)],
            }
        )
        sequence.action_start()
        partners = env["res.partner"].create(
            [
                {"name": f"Probe {i}", "email": f"probe{i}@{name or 'x'}.example.com"}
                for i in range(size)
            ]
        )
        self.addresses = partners.mapped("email_normalized")
        self.partners, self.sequence = partners.ids, sequence.id
        self.mail_server = self.mail_server.id
        self.template = self.template.id

    def start(self, env):
        """Let the contacts enter the series."""
        contacts = SQL(
            "SELECT unnest(%s) AS partner_id, NULL::int AS group_id", self.partners
        )
        return env["customer.group.sequence"].browse(self.sequence)._enrol(contacts)

    def hurry(self, cr):
        """Let the time pass until e-mails are tried again."""
        cr.execute(
            """UPDATE mail_mail SET scheduled_date = NULL
                WHERE scheduled_date IS NOT NULL AND id IN (
                      SELECT mail_mail_id FROM customer_group_enrolment_trace)"""
        )

    def get_states(self, cr):
        """Return how many e-mails are in which state."""
        cr.execute(
            """SELECT t.state, count(*) FROM customer_group_enrolment_trace t
                 JOIN customer_group_enrolment e ON e.id = t.enrolment_id
                WHERE e.sequence_id = %s GROUP BY t.state""",
            [self.sequence],
        )
        return dict(cr.fetchall())

    def find_problems(self, cr, accepted, failed=0, twice=0, unknown=0):
        """Compare what the mail server has with what the database says.

        :param list accepted: pairs (address, Message-ID)
        :param int failed: e-mails that nobody can deliver
        :param int twice: e-mails that may have arrived twice, at most
        :param int unknown: e-mails that arrived, but count as failed
        :return: dict from description to what is wrong; empty if all is well
        """
        problems = {}
        own = [pair for pair in accepted if pair[0] in set(self.addresses)]
        addresses = Counter(address for address, _message_id in own)
        if len(addresses) != self.size - failed:
            problems["contacts that have the e-mail"] = len(addresses)
        if len(own) - len(addresses) > twice:
            problems["e-mails too many"] = len(own) - len(addresses)
        if len(set(own)) != len(addresses):
            problems["copies with another Message-ID"] = len(set(own)) - len(addresses)
        states = self.get_states(cr)
        failed += unknown
        expected = {"sent": self.size - failed, "failed": failed}
        expected = {state: count for state, count in expected.items() if count}
        if states != expected:
            problems["states of the steps"] = states
        cr.execute(
            """SELECT count(*) - count(DISTINCT enrolment_id)
                 FROM customer_group_enrolment_trace t
                 JOIN customer_group_enrolment e ON e.id = t.enrolment_id
                WHERE e.sequence_id = %s""",
            [self.sequence],
        )
        if extra := cr.fetchone()[0]:
            problems["steps done twice"] = extra
        cr.execute(
            """SELECT count(*) FROM customer_group_enrolment
                WHERE sequence_id = %s AND state = 'running'""",
            [self.sequence],
        )
        if stuck := cr.fetchone()[0]:
            problems["contacts that are stuck"] = stuck
        cr.execute(
            """SELECT count(*) FROM mail_mail JOIN mail_message m
                   ON m.id = mail_message_id
                WHERE m.subject = %s AND state != 'exception'""",
            [self.subject],
        )
        if left := cr.fetchone()[0]:
            problems["e-mails that stay in the queue"] = left
        return problems

    def remove(self, env):
        """Delete everything, e-mails included."""
        sequence = env["customer.group.sequence"].browse(self.sequence)
        env["mail.mail"].search([("subject", "=", self.subject)]).unlink()
        env["customer.group.enrolment"].search(
            [("sequence_id", "=", self.sequence)]
        ).unlink()
        sequence.activity_ids.unlink()
        sequence.unlink()
        env["res.partner"].browse(self.partners).unlink()
        env["mail.template"].browse(self.template).unlink()
        env["ir.mail_server"].browse(self.mail_server).unlink()
