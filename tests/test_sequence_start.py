# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .sequence_common import SequenceCommon


@tagged("post_install", "-at_install")
class TestSequenceStart(SequenceCommon):
    """Who enters a series, and who does not."""

    def test_join_by_hand(self):
        """Who joins a start group gets the first step, and the next one in time."""
        series = self.create_series([self.email(), self.activity(3)])
        self.join(self.dora)
        enrolment = self.get_enrolments(series)
        self.assertEqual(enrolment.partner_id, self.dora)
        self.assertEqual(enrolment.group_id, self.retail)
        self.run_due()
        self.assertEqual(self.get_mails(self.dora).subject, "Welcome, Dora")
        self.assertEqual(enrolment.next_step_id, series.step_ids[1])
        self.run_due(days=2)
        self.assertFalse(self.dora.activity_ids)
        self.run_due(days=3, minutes=1)
        self.assertEqual(self.dora.activity_ids.summary, "Call")
        self.assertEqual(enrolment.state, "done")
