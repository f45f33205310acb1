# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestOptout(DeliveryCommon):
    """Contacts that want no e-mails because of a group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Optout = cls.env["customer.group.optout"]

    def opt_out(self, partner, group, user=None):
        optouts = self.Optout.with_user(user) if user else self.Optout
        return optouts.create({"partner_id": partner.id, "group_id": group.id})

    def get_opted_out(self, groups):
        rows = self.env.execute_query(self.Optout._get_opted_out_sql(groups))
        return self.Partner.browse(id_ for [id_] in rows)

    # ------------------------------------------------------------
    # MEANING
    # ------------------------------------------------------------

    def test_ends_series_at_once(self):
        [other] = self.enter(self.ben)
        self.opt_out(self.anna, self.retail)
        self.assertEqual(self.enrolment.stop_reason, "optout")
        self.assertEqual(other.enrolment_id.state, "running")

    def test_other_group(self):
        self.opt_out(self.anna, self.wholesale)
        self.assertEqual(self.enrolment.state, "running")

    def test_group_above(self):
        self.opt_out(self.anna, self.trade)
        self.assertEqual(self.enrolment.stop_reason, "optout")
        self.assertEqual(self.get_opted_out(self.retail), self.anna)
        self.assertFalse(self.get_opted_out(self.private))

    def test_same_address(self):
        self.dora.email = "ANNA@example.com"
        [trace] = self.enter(self.dora)
        self.opt_out(self.anna, self.retail)
        self.assertEqual(trace.enrolment_id.stop_reason, "optout")
        self.assertEqual(self.get_opted_out(self.retail), self.anna + self.dora)

    def test_next_step(self):
        """Who opts out before a series starts does not get far in it."""
        self.opt_out(self.ben, self.retail)
        self.join(self.ben)
        self.run_due()
        enrolment = self.get_enrolments(self.series, self.ben)
        self.assertNotEqual(enrolment.state, "running")
        self.assertFalse(self.get_mails(self.ben))

    @mute_logger("odoo.sql_db")
    def test_once(self):
        self.opt_out(self.anna, self.retail)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.opt_out(self.anna, self.retail)

    def test_scale(self):
        counts = []
        for size in (1, 10, 100):
            partners = self.Partner.create(
                [
                    {"name": f"P{i}", "email": f"p{i}@s{size}.example.com"}
                    for i in range(size)
                ]
            )
            self.enter(partners)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Optout.create(
                [{"partner_id": p.id, "group_id": self.retail.id} for p in partners]
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])  # the first one fills caches

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_assigner(self):
        optout = self.opt_out(self.anna, self.retail, self.assigner)
        self.assertEqual((optout.source, optout.email), ("manual", "anna@example.com"))
        optout.action_allow()
        self.assertFalse(optout.exists())

    def test_reader(self):
        optout = self.opt_out(self.anna, self.retail)
        with self.assertRaises(AccessError):
            optout.with_user(self.reader).check_access("read")
        with self.assertRaises(AccessError):
            self.opt_out(self.ben, self.retail, self.reader)

    def test_nothing_is_rewritten(self):
        optout = self.opt_out(self.anna, self.retail)
        with self.assertRaises(AccessError):
            optout.with_user(self.manager).partner_id = self.ben

    def test_evidence_cannot_be_made_up(self):
        optout = self.Optout.with_user(self.manager).create(
            {
                "partner_id": self.anna.id,
                "group_id": self.retail.id,
                "source": "link",
                "date": "2020-01-01",
            }
        )
        self.assertEqual(optout.source, "manual")
        self.assertGreater(optout.date.year, 2020)

    def test_which_group(self):
        with self.assertRefused(ValidationError, "Choose the group"):
            self.Optout.with_user(self.assigner).create({"partner_id": self.anna.id})

    def test_contact_that_may_not_be_written(self):
        assigner = self.create_user(
            "only_assigner", "base.group_user,customer_group.group_assign"
        )
        with self.assertRaises(AccessError):
            self.opt_out(self.anna, self.retail, assigner)

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        hidden = self.create_group("Hidden", company_id=company.id)
        optout = self.opt_out(self.anna, hidden)
        visible = self.Optout.with_user(self.manager).search([])
        self.assertNotIn(optout, visible)
        with self.assertRaises(AccessError):
            self.opt_out(self.ben, hidden, self.assigner)

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def test_merge_contacts(self):
        first = self.opt_out(self.ben, self.retail)
        self.opt_out(self.dora, self.retail)
        second = self.opt_out(self.dora, self.private)
        merger = self.env["base.partner.merge.automatic.wizard"].create({})
        merger._merge((self.ben + self.dora).ids, self.ben)
        found = self.Optout.search([("partner_id", "=", self.ben.id)])
        self.assertEqual(found, first + second)

    def test_merge_groups(self):
        first = self.opt_out(self.ben, self.retail)
        self.opt_out(self.ben, self.private)
        second = self.opt_out(self.dora, self.private)
        self.Optout._merge("group_id", self.private, self.retail)
        found = self.Optout.search([("group_id", "=", self.retail.id)])
        self.assertEqual(found, first + second)
