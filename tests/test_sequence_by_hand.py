# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.customer_group_selection import CONFIRM_ABOVE
from .sequence_common import SequenceCommon


@tagged("post_install", "-at_install")
class TestSequenceByHand(SequenceCommon):
    """Somebody starts a series for the contacts that he has ticked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.series = cls.create_series([cls.email()], trigger="manual")

    def open(self, partners, user=None):
        context = {"active_model": "res.partner", "active_ids": partners.ids}
        wizards = self.env["customer.group.sequence.start"]
        return Form(wizards.with_user(user or self.assigner).with_context(**context))

    def start(self, partners, **values):
        form = self.open(partners)
        form.sequence_id = self.series
        for name, value in values.items():
            setattr(form, name, value)
        return form.save().action_start()

    def test_start(self):
        form = self.open(self.anna + self.ben)
        form.sequence_id = self.series
        self.assertEqual((form.selected_count, form.enter_count), (2, 2))
        action = form.save().action_start()
        self.assertEqual(action["params"]["message"], "Started: 2 contacts.")
        entered = self.Enrolment.search([("sequence_id", "=", self.series.id)])
        self.assertEqual(entered.partner_id, self.anna + self.ben)
        entered[0]._run()
        self.assertEqual(entered[0].trace_ids.state, "queued")

    def test_nobody_enters_twice(self):
        self.start(self.anna)
        form = self.open(self.anna + self.ben)
        form.sequence_id = self.series
        self.assertEqual((form.selected_count, form.enter_count), (2, 1))
        form.save().action_start()
        with self.assertRaisesRegex(UserError, "None of these contacts can enter"):
            self.start(self.anna + self.ben)

    def test_many_are_confirmed(self):
        self.env["ir.config_parameter"].set_param(CONFIRM_ABOVE, "1")
        with self.assertRaisesRegex(UserError, "Type the number of contacts, 2,"):
            self.start(self.anna + self.ben)
        self.assertFalse(self.Enrolment.search([("sequence_id", "=", self.series.id)]))
        self.start(self.anna + self.ben, typed_count=2)

    def test_series_that_does_not_run(self):
        self.series.action_pause()
        with self.assertRaisesRegex(UserError, "does not run. Start the series first"):
            self.start(self.anna)

    def test_forbidden(self):
        with self.assertRaises(AccessError):
            self.open(self.anna, self.reader)

    def test_contacts_that_he_may_not_change(self):
        self.env["ir.rule"].create(
            {
                "name": "Not Ben",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.ben.id})]",
                "perm_read": False,
            }
        )
        self.start(self.anna + self.ben)
        entered = self.Enrolment.search([("sequence_id", "=", self.series.id)])
        self.assertEqual(entered.partner_id, self.anna)

    def test_broken_domain(self):
        values = {"sequence_id": self.series.id, "partner_domain": "[(1, 2, 3)]"}
        wizards = self.env["customer.group.sequence.start"].with_user(self.assigner)
        with self.assertRaisesRegex(UserError, "Select them again"):
            wizards.create(values).action_start()
