# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email import message_from_bytes, policy

from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name

from .concurrency import superuser
from .delivery import MailServer, Scene, Worker


@tagged("post_install", "-at_install")
class TestDelivery(BaseCase):
    """E-mails of a series, sent by processes of Odoo to a real mail server.

    ``make smtp`` does the same with more contacts, and one trouble at a time.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.server = MailServer()
        self.addCleanup(self.server.stop)
        with self.registry.cursor() as cr:
            self.scene = Scene(superuser(cr), self.server, 12)
            self.scene.start(superuser(cr))
        self.addCleanup(self.clean_up)
        self.workers = [Worker(self.scene) for _number in range(4)]
        for worker in self.workers:
            self.addCleanup(worker.end)
        for worker in self.workers:
            self.assertTrue(worker.wait(), "Odoo did not start")

    def clean_up(self):
        with self.registry.cursor() as cr:
            self.scene.remove(superuser(cr))

    def work(self):
        """Let the processes do what there is to do, when it is time to try again."""
        with self.registry.cursor() as cr:
            self.scene.hurry(cr)
        for worker in self.workers:
            worker.tell()
        self.assertTrue(all([worker.wait() for worker in self.workers]))
        with self.registry.cursor() as cr:
            return self.scene.get_states(cr)

    def test_all_troubles(self):
        """Everybody gets the e-mail, and at most one contact gets it twice."""
        victim = self.workers.pop()
        self.server.kill_at(3, victim.process.pid)
        victim.tell()
        self.assertFalse(victim.wait(), "It was to be killed")
        self.assertEqual(len(self.server.accepted), 3)

        self.server.stop()
        self.assertEqual(self.work(), {"queued": 10, "sent": 2})
        self.server.start()
        self.server.mode = "later"
        self.assertEqual(self.work(), {"queued": 10, "sent": 2})
        self.server.mode = "drop"
        arrived = {address for address, _message_id in self.server.accepted}
        refused = next(a for a in self.scene.addresses if a not in arrived)
        self.server.refused.add(refused)
        self.work()
        self.server.mode = "slow"
        self.assertEqual(self.work(), {"sent": 11, "failed": 1})

        with self.registry.cursor() as cr:
            problems = self.scene.find_problems(
                cr, self.server.accepted, failed=1, twice=1
            )
            self.assertEqual(problems, {})
            self.assertReason(cr, refused)
        self.assertLink()

    def assertReason(self, cr, address):
        """The one that failed says why, and the responsible person is told."""
        env = superuser(cr)
        sequence = env["customer.group.sequence"].browse(self.scene.sequence)
        traces = sequence.enrolment_ids.trace_ids
        [trace] = traces.filtered(lambda t: t.state == "failed")
        self.assertEqual(trace.email, address)
        self.assertIn("User unknown", trace.error)
        self.assertEqual(len(sequence.activity_ids), 1)

    def assertLink(self):
        """The e-mails have a link to unsubscribe, for people and for programs."""
        contents = [
            message_from_bytes(content, policy=policy.default)
            for address, content in self.server.contents.items()
            if address in self.scene.addresses  # not the one that tells of the failure
        ]
        for content in contents:
            link = content["List-Unsubscribe"][1:-1]
            self.assertIn("/customer_group/unsubscribe/", link)
            self.assertEqual(
                content["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
            )
            self.assertEqual(content["Auto-Submitted"], "auto-generated")
            for kind in ("plain", "html"):
                self.assertIn(link, content.get_body((kind,)).get_content())
        links = {content["List-Unsubscribe"] for content in contents}
        self.assertEqual(len(links), 11)
