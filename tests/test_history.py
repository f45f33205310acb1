# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from importlib.util import module_from_spec, spec_from_file_location

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import file_path

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestMembersOnADate(CustomerGroupCommon):
    """Who was in a group at the end of a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-01 22:30:00"):
            cls.dora.write({"customer_group_ids": [Command.link(cls.retail.id)]})
        with freeze_time("2026-05-01 10:00:00"):
            cls.dora.write({"customer_group_ids": [Command.unlink(cls.retail.id)]})

    def members(self, group, date, user=None, tz="UTC", **values):
        """Return the contacts that the dialog opens."""
        user = user or self.assigner
        wizard = self.env["customer.group.as.of"].with_user(user).with_context(tz=tz)
        wizard = wizard.create({"group_id": group.id, "date": date, **values})
        domain = wizard.action_open()["domain"]
        return self.env["res.partner"].with_user(user).search(domain)

    def test_in_and_out(self):
        for date, expected in (
            ("2026-02-28", self.Partner),
            ("2026-03-01", self.dora),
            ("2026-04-30", self.dora),
            ("2026-05-01", self.Partner),
        ):
            with self.subTest(date):
                self.assertEqual(self.members(self.retail, date), expected)
                self.assertEqual(self.members(self.trade, date), expected)
                direct = self.members(self.trade, date, include_subgroups=False)
                self.assertFalse(direct)

    def test_the_day_ends_in_the_time_zone_of_the_user(self):
        """Joined on 1 March, 22:30 UTC: in Tokyo it is the 2nd already."""
        tokyo = self.members(self.retail, "2026-03-01", tz="Asia/Tokyo")
        self.assertFalse(tokyo)
        tokyo = self.members(self.retail, "2026-03-02", tz="Asia/Tokyo")
        self.assertEqual(tokyo, self.dora)
        york = self.members(self.retail, "2026-03-01", tz="America/New_York")
        self.assertEqual(york, self.dora)

    def test_today_is_now(self):
        today = self.env["customer.group.as.of"].create(
            {"group_id": self.trade.id, "date": "2099-01-01"}
        )
        with self.assertRefused(UserError, "has not come yet"):
            today.action_open()
        wizard = self.env["customer.group.as.of"].with_context(
            active_model="customer.group", active_id=self.trade.id
        )
        wizard = wizard.create({})
        self.assertEqual(wizard.group_id, self.trade)
        self.assertTrue(wizard.has_subgroups)
        found = self.Partner.search(wizard.action_open()["domain"])
        self.assertEqual(found, self.anna + self.ben + self.cleo)

    def test_archived_contacts_are_included(self):
        self.dora.action_archive()
        self.assertEqual(self.members(self.retail, "2026-04-01"), self.dora)

    def test_groups_of_other_companies_do_not_leak(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.cleo.write(self.put_into(secret))
        through = ("date_end", "=", False)
        Partner = self.as_user(self.Partner, self.assigner)
        self.assertFalse(
            Partner.search(
                [
                    (
                        "customer_group_membership_ids",
                        "any",
                        [("group_id", "=", secret.id), through],
                    )
                ]
            )
        )
        self.assertNotIn(
            secret.id, Partner.browse(self.cleo.id).customer_group_membership_ids.ids
        )
        memberships = Partner.browse(self.cleo.id).customer_group_membership_ids
        self.assertEqual(memberships.group_id, self.wholesale_eu)
        wizard = self.env["customer.group.as.of"].with_user(self.assigner)
        wizard = wizard.create({"group_id": secret.id})
        self.assertFalse(Partner.search(wizard._get_domain()))

    def test_portal_user_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.members(self.retail, "2026-04-01", user=self.portal)
        domain = [("customer_group_membership_ids", "any", [("id", "!=", 0)])]
        with self.assertRaises(AccessError):
            self.Partner.with_user(self.portal).search(domain)

    def test_field_is_for_searching_only(self):
        field = self.Partner.fields_get(["customer_group_membership_ids"])
        field = field["customer_group_membership_ids"]
        self.assertTrue(field["readonly"])
        self.assertFalse(field["exportable"])
        names = [
            node["id"]
            for node in self.env["base_import.import"].get_fields_tree("res.partner")
        ]
        self.assertNotIn("customer_group_membership_ids", names)
        copy = self.dora.copy()
        self.assertFalse(copy.customer_group_membership_ids)

    def test_queries_do_not_grow(self):
        members = self.Partner.create(
            [{"name": f"Member {i}", **self.put_into(self.retail)} for i in range(300)]
        )
        self.members(self.retail, "2026-04-01")  # warm up
        today = self.env["customer.group.as.of"].create({"group_id": self.retail.id})
        domain = Domain(today._get_domain())
        for some in (members[:3], members):
            self.env.flush_all()
            with self.assertQueryCount(2):
                found = self.Partner.search(domain & Domain("id", "in", some.ids))
                self.assertEqual(len(found), len(some))


@tagged("post_install", "-at_install")
class TestJournal(CustomerGroupCommon):
    """The changes of a group, and which groups a change concerned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Operation = cls.env["customer.group.operation"]

    def journal(self, group, user=None):
        """Return the changes that the button on the form of a group lists."""
        domain = [("group_ids", "child_of", group.id)]
        return self.as_user(self.Operation, user or self.manager).search(domain)

    def test_changes_of_a_group(self):
        self.dora.with_user(self.assigner).write(
            {"customer_group_ids": [Command.set((self.retail + self.students).ids)]}
        )
        operation = self.journal(self.retail)
        self.assertEqual(operation.group_ids, self.retail + self.students)
        self.assertEqual(operation.user_id, self.assigner)
        self.assertIn(operation, self.journal(self.trade), "subgroups included")
        self.assertIn(operation, self.journal(self.private))
        self.assertEqual(self.journal(self.retail, self.assigner), operation)
        self.assertFalse(self.journal(self.retail, self.creator), "not his own")
        self.as_user(operation, self.assigner).action_undo()
        undo = self.journal(self.retail) - operation
        self.assertEqual(undo.group_ids, self.retail + self.students)
        self.assertTrue(operation.undone_date)
        self.assertFalse(self.as_user(operation, self.manager).can_undo)

    def test_hidden_groups_are_not_named(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.dora.write(
            {"customer_group_ids": [Command.set((self.retail + secret).ids)]}
        )
        operation = self.journal(self.retail)
        self.assertEqual(operation.group_ids, self.retail)

    def test_deleted_group_leaves_a_line(self):
        self.students.with_user(self.manager).unlink()
        operation = self.Operation.search([("kind", "=", "delete")], limit=1)
        self.assertEqual(operation.reason, "Private / Students")
        self.assertEqual(operation.removed, 1)
        self.assertEqual(operation.user_id, self.manager)
        self.assertFalse(operation.can_undo)
        with self.assertRefused(AccessError, "can undo it"):
            operation.with_user(self.manager).action_undo()
        with self.assertRefused(UserError, "has subgroups"):
            self.trade.unlink()

    def test_deleted_contact(self):
        (self.dora + self.cleo).write(self.put_into(self.retail))
        operation = self.journal(self.retail)
        self.cleo.unlink()
        self.assertEqual(operation.started_ids.partner_id, self.dora)
        message = operation.action_undo()["params"]["message"]
        self.assertIn("1 of 2 steps undone", message)

    def test_merged_contacts(self):
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.ben + self.dora).ids, self.dora)
        operation = self.Operation.search([("kind", "=", "merge")], limit=1)
        self.assertEqual(operation.group_ids, self.wholesale + self.students)

    def test_update_fills_in_the_groups(self):
        operations = self.Operation.search([("group_ids", "child_of", self.trade.id)])
        self.assertTrue(operations)
        self.env.cr.execute("DELETE FROM customer_group_operation_group_rel")
        path = file_path(
            "customer_group/migrations/19.0.1.2.0/post-operation-groups.py"
        )
        spec = spec_from_file_location("post_operation_groups", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(
            self.Operation.search([("group_ids", "child_of", self.trade.id)]),
            operations,
        )

    def test_queries_do_not_grow_with_the_page(self):
        specification = {
            "kind": {},
            "can_undo": {},
            "undone_date": {},
            "user_id": {"fields": {"display_name": {}}},
            "group_ids": {"fields": {"display_name": {}, "color": {}}},
        }
        for partner in self.Partner.create([{"name": f"C {i}"} for i in range(60)]):
            partner.write({"customer_group_ids": [Command.set(self.retail.ids)]})
        operations = self.journal(self.retail)
        counts = []
        for some in (operations[:5], operations):
            operations = self.as_user(some, self.manager)
            before = self.cr.sql_log_count
            operations.web_read(specification)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
