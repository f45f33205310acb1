# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from importlib.util import module_from_spec, spec_from_file_location

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from odoo.addons.customer_group.models.customer_group_operation import (
    CHANGE_KEY,
    Change,
)

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestMembership(CustomerGroupCommon):
    """Who was in which group, from when to when, and who did it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Membership = cls.env["customer.group.membership"]
        cls.Operation = cls.env["customer.group.operation"]

    def rows(self, partner, group):
        return self.Membership.search(
            [("partner_id", "=", partner.id), ("group_id", "=", group.id)], order="id"
        )

    def pairs(self, partners, group):
        """Return the query of pairs of these contacts with the group."""
        return SQL(
            "SELECT * FROM %s",
            self.Membership._sql_pairs(
                [(partner.id, group.id) for partner in partners]
            ),
        )

    # ------------------------------------------------------------
    # WAYS TO CHANGE GROUPS
    # ------------------------------------------------------------

    def test_join_leave_and_join_again(self):
        dora = self.dora.with_user(self.assigner)
        with freeze_time("2026-03-01 10:00:00"):
            dora.write(self.put_into(self.students))
        with freeze_time("2026-04-01 10:00:00"):
            dora.write(self.take_out_of(self.students))
        with freeze_time("2026-05-01 10:00:00"):
            dora.write({"customer_group_ids": [Command.set(self.students.ids)]})
        rows = self.rows(self.dora, self.students)
        self.assertEqual(
            [(str(row.date_start)[:7], str(row.date_end)[:7]) for row in rows],
            [("2026-03", "2026-04"), ("2026-05", "False")],
        )
        self.assertRecordValues(
            rows[0],
            [
                {
                    "start_user_id": self.assigner.id,
                    "end_user_id": self.assigner.id,
                    "source": "manual",
                }
            ],
        )
        self.assertLedger()

    def test_leave_on_a_server_whose_clock_is_behind(self):
        with freeze_time("2026-03-01 10:00:05"):
            self.dora.write(self.put_into(self.students))
        with freeze_time("2026-03-01 10:00:00"):
            self.dora.write(self.take_out_of(self.students))
        row = self.env["customer.group.membership"].search(
            [("partner_id", "=", self.dora.id)]
        )
        self.assertEqual(row.date_end, row.date_start)
        self.assertLedger()

    def test_one_operation_for_one_save(self):
        before = self.Operation.search([])
        (self.dora + self.cleo).write(
            {"customer_group_ids": [Command.set((self.students + self.retail).ids)]}
        )
        operation = self.Operation.search([]) - before
        self.assertRecordValues(
            operation,
            [{"kind": "edit", "added": 4, "removed": 1, "user_id": self.env.uid}],
        )
        self.assertEqual(len(operation.started_ids), 4)
        self.assertEqual(operation.ended_ids.partner_id, self.cleo)

    def test_save_without_change_is_no_operation(self):
        before = self.Operation.search_count([])
        self.anna.write(self.put_into(self.wholesale))
        self.dora.write({"name": "Dorothea"})
        self.Partner.create({"name": "Nobody"})
        self.assertEqual(self.Operation.search_count([]), before)

    def test_create_nested_and_default(self):
        partner = self.Partner.with_context(
            default_customer_group_ids=self.students.ids
        ).create(
            {
                "name": "Firm",
                "child_ids": [
                    Command.create({"name": "Eva"} | self.put_into(self.retail))
                ],
            }
        )
        self.assertTrue(self.rows(partner, self.students))
        self.assertTrue(self.rows(partner.child_ids, self.retail))
        self.assertLedger()

    def test_import(self):
        result = self.Partner.with_context(import_file=True).load(
            ["name", "customer_group_ids"], [["Ida", "Trade / Wholesale"]]
        )
        ida = self.Partner.browse(result["ids"])
        self.assertEqual(self.rows(ida, self.wholesale).source, "import")

    def test_user(self):
        user = self.create_user("member", "base.group_user")
        user.write(self.put_into(self.students))
        self.assertTrue(self.rows(user.partner_id, self.students))

    def test_archive_and_restore(self):
        self.students.action_archive()
        self.ben.action_archive()
        self.assertLedger()
        self.assertFalse(self.rows(self.ben, self.students).date_end)

    def test_delete_of_contact_and_group(self):
        self.cleo.unlink()
        self.students.unlink()
        self.assertLedger()
        self.assertFalse(self.Membership.search([("partner_id.name", "=", "Cleo")]))

    def test_source_cannot_be_chosen_by_the_caller(self):
        forged = {"kind": "merge", "source": "system", "reason": "forged"}
        self.dora.with_context(**{CHANGE_KEY: forged}).write(
            self.put_into(self.students)
        )
        row = self.rows(self.dora, self.students)
        self.assertEqual((row.source, row.start_reason), ("manual", False))
        self.cleo.with_context(**{CHANGE_KEY: Change("edit", "system", "ours")}).write(
            self.put_into(self.students)
        )
        self.assertEqual(self.rows(self.cleo, self.students).source, "system")

    # ------------------------------------------------------------
    # MERGE, REPAIR
    # ------------------------------------------------------------

    def merge(self, *partners):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in partners], partners[0])
        self.env.invalidate_all()

    def test_merge_makes_one_history(self):
        with freeze_time("2020-01-01"):
            self.anna.write(self.put_into(self.students))
        with freeze_time("2021-01-01"):
            self.dora.write(self.put_into(self.students))
            self.dora.write(self.put_into(self.retail))
        with freeze_time("2022-01-01"):
            self.anna.write(self.take_out_of(self.students))
        self.merge(self.anna, self.dora)
        self.assertLedger()
        rows = self.rows(self.anna, self.students)
        self.assertEqual(
            [(row.date_start.year, row.date_end and row.date_end.year) for row in rows],
            [(2020, 2022), (2022, False)],
        )
        self.assertEqual(self.rows(self.anna, self.retail).date_start.year, 2021)
        operation = self.Operation.search([("kind", "=", "merge")], limit=1)
        self.assertEqual(operation.added, 2)
        self.assertEqual(operation.reason, "Contacts merged into one: 1")

    def test_merge_of_three_in_the_same_group(self):
        for partner in (self.dora, self.cleo):
            partner.write(self.put_into(self.wholesale))
        self.merge(self.anna, self.dora, self.cleo)
        self.assertEqual(len(self.rows(self.anna, self.wholesale)), 1)
        self.assertLedger()

    def test_repair_after_foreign_sql(self):
        self.env.cr.execute(
            "DELETE FROM customer_group_res_partner_rel WHERE partner_id = %s",
            self.anna.ids,
        )
        self.env.cr.execute(
            "INSERT INTO customer_group_res_partner_rel (partner_id, group_id)"
            " VALUES (%s, %s)",
            [self.dora.id, self.students.id],
        )
        operation = self.Membership._reconcile()
        self.assertEqual((operation.added, operation.removed), (1, 2))
        self.assertLedger()
        self.assertFalse(self.Membership._reconcile())

    # ------------------------------------------------------------
    # THE SERVICE, UNDO
    # ------------------------------------------------------------

    def test_change_members_counts_what_changed(self):
        change = Change("add", "bulk", "Fair")
        everybody = self.anna + self.ben + self.cleo + self.dora
        operation = self.Group._change_members(
            self.pairs(everybody, self.wholesale), None, change
        )
        self.assertEqual((operation.added, operation.removed), (2, 0))
        self.assertEqual(self.wholesale.direct_member_count, 4)
        self.assertEqual(self.rows(self.dora, self.wholesale).start_reason, "Fair")
        operation = self.Group._change_members(
            None, self.pairs(everybody, self.wholesale), Change("remove", "bulk")
        )
        self.assertEqual((operation.added, operation.removed), (0, 4))
        self.assertLedger()

    def test_change_members_takes_the_same_queries_for_many(self):
        partners = self.Partner.create([{"name": f"Contact {i}"} for i in range(300)])
        self.env.flush_all()
        for some in (partners[:3], partners[3:]):
            pairs = self.pairs(some, self.students)
            with self.assertQueryCount(6):
                self.Group._change_members(pairs, None, Change("add", "bulk"))
                self.env.flush_all()
        self.assertEqual(partners[0].write_date, partners[-1].write_date)

    def test_undo(self):
        operation = self.Group.with_user(self.assigner)._change_members(
            self.pairs(self.dora + self.cleo, self.students),
            self.pairs(self.anna, self.wholesale),
            Change("move", "bulk"),
        )
        operation.with_user(self.assigner).action_undo()
        self.assertEqual(self.students.direct_member_count, 1)
        self.assertIn(self.wholesale, self.anna.customer_group_ids)
        self.assertLedger()
        with self.assertRefused(UserError, "undone already"):
            operation.with_user(self.assigner).action_undo()

    def test_undo_leaves_later_changes_alone(self):
        operation = self.Group._change_members(
            self.pairs(self.dora + self.cleo, self.students),
            None,
            Change("add", "bulk"),
        )
        self.dora.write(self.take_out_of(self.students))
        self.dora.write(self.put_into(self.students))
        action = operation.with_user(self.manager).action_undo()
        self.assertIn("1 of 2", action["params"]["message"])
        self.env.invalidate_all()
        self.assertIn(self.students, self.dora.customer_group_ids)
        self.assertNotIn(self.students, self.cleo.customer_group_ids)
        self.assertLedger()

    def test_undo_of_somebody_elses_change(self):
        operation = self.Group.with_user(self.manager)._change_members(
            self.pairs(self.dora, self.students), None, Change("add", "bulk")
        )
        for user in (self.reader, self.assigner):
            with self.assertRaises(AccessError):
                self.as_user(operation, user).action_undo()
        self.as_user(operation, self.manager).action_undo()
        self.assertFalse(self.dora.customer_group_ids)

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_nobody_writes_ledger_and_journal(self):
        row = self.rows(self.anna, self.wholesale)
        for user in (self.reader, self.assigner, self.manager):
            for record in (row, row.start_operation_id):
                record = self.as_user(record, user)
                with self.assertRaises(AccessError):
                    record.write({"create_uid": user.id})
                with self.assertRaises(AccessError):
                    record.unlink()
                with self.assertRaises(AccessError):
                    record.create({})

    def test_history_is_read_by_everybody_inside(self):
        rows = self.as_user(self.rows(self.anna, self.wholesale), self.reader)
        self.assertEqual(rows.start_user_id.id, self.env.uid)
        with self.assertRaises(AccessError):
            self.as_user(rows, self.portal).read(["date_start"])

    def test_history_of_other_companies_is_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", company_id=other.id)
        self.dora.customer_group_ids = secret
        self.cleo.company_id = other
        rows = self.Membership.with_user(self.reader)
        self.assertFalse(rows.search([("group_id", "in", secret.ids)]))
        self.assertFalse(rows.search([("partner_id", "=", self.cleo.id)]))
        self.assertFalse(
            rows._read_group([("partner_id", "=", self.dora.id)], ["group_id"])
        )

    # ------------------------------------------------------------
    # UPDATE
    # ------------------------------------------------------------

    def test_migration_begins_the_ledger_with_present_members(self):
        """Members from before the ledger existed get their row by the update."""
        self.env.cr.execute("DELETE FROM customer_group_membership")
        script = load_script("customer_group/migrations/19.0.1.1.0/post-migrate.py")
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertLedger()
        self.assertEqual(self.rows(self.anna, self.wholesale).source, "system")


def load_script(path):
    """Import a migration script, whose name is no module name."""
    spec = spec_from_file_location("script", file_path(path))
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script
