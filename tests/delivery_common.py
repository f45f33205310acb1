# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import split_every

from .sequence_common import SequenceCommon


class DeliveryCommon(SequenceCommon):
    """Anna joins ``retail``, and the first e-mail for her waits in the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.series = cls.create_series(
            [cls.email(), cls.email(2)], unsubscribe_label="New shops"
        )

    def setUp(self):
        super().setUp()
        [self.trace] = self.enter(self.anna)
        self.enrolment = self.trace.enrolment_id

    def enter(self, partners):
        """Put contacts into the start group, and return what waits for them.

        Not all at once by hand: that would be a change in bulk.
        """
        for some in split_every(10, partners.ids, partners.browse):
            self.join(some)
        self.run_due()
        traces = self.get_enrolments(self.series, partners).trace_ids
        self.assertEqual(set(traces.mapped("state")), {"queued"})
        return traces

    def repair(self):
        with self.without_commit():
            self.Trace._cron_repair()

    def refuse(self, traces, reason, failure_type="unknown"):
        """Leave e-mails in the queue as Odoo does when they cannot be sent."""
        traces.mail_mail_id.write(
            {
                "state": "exception",
                "failure_type": failure_type,
                "failure_reason": reason,
            }
        )

    def let_send(self, traces):
        """Let Odoo send e-mails; in tests, it does everything but talk to a server."""
        self.env.flush_all()
        self.env.invalidate_all()
        traces.mail_mail_id._send()
