# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .sequence_common import SequenceCommon
from .test_ui import CustomerGroupUiCase

SERIES = "/odoo/follow-up-series"


@tagged("post_install", "-at_install")
class TestSeriesUi(CustomerGroupUiCase, SequenceCommon):
    """From building a series to what it did for a contact, in the browser."""

    def test_series(self):
        self.Sequence.search([]).unlink()  # demo data
        self.run_tour(SERIES, "series_build", self.manager)
        [sequence] = self.Sequence.search([])
        self.assertEqual(sequence.group_ids, self.retail)
        self.assertEqual(sequence.step_ids.mapped("action"), ["email", "activity"])
        dora = self.get_url(self.dora)
        self.run_tour(dora, "series_join", self.assigner)
        self.run_due()
        self.assertEqual(self.get_mails(self.dora).subject, "Welcome, Dora")
        self.run_tour(dora, "series_trace", self.assigner)
        self.run_tour(SERIES, "series_read", self.assigner)
        self.run_tour(dora, "series_none", self.reader)
        self.run_tour(SERIES, "series_stop", self.manager)
        enrolment = self.get_enrolments(sequence)
        self.assertEqual(
            (enrolment.state, enrolment.stop_reason), ("stopped", "manual")
        )
        self.assertEqual(sequence.state, "paused")


@tagged("post_install", "-at_install")
class TestSeriesPhone(CustomerGroupUiCase, SequenceCommon):
    browser_size = "375x667"
    touch_enabled = True

    def test_series(self):
        sequence = self.create_series([self.email()], name="Welcome retailers")
        self.run_tour(SERIES, "series_phone", self.manager)
        self.assertEqual(sequence.step_ids.mapped("action"), ["add", "email"])
