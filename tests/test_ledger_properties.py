# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import EDITOR, CustomerGroupCommon

DOORS = (
    "link",
    "unlink",
    "set",
    "clear",
    "create",
    "nested",
    "copy",
    "bulk_add",
    "bulk_remove",
    "undo",
    "merge",
    "merge_groups",
    "archive_group",
    "restore_group",
    "archive_contact",
    "delete_contact",
    "delete_group",
    "foreign_sql",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(DOORS),
        st.integers(0, 1),  # user
        st.integers(0, 99),  # contact
        st.lists(st.integers(0, 99), min_size=1, max_size=3),  # groups
    ),
    min_size=3,
    max_size=12,
)


@tagged("post_install", "-at_install")
class TestLedgerProperties(CustomerGroupCommon):
    """Whatever users of two companies do, through every door: the ledger is right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env["res.company"].create([{"name": "Here"}, {"name": "There"}])
        cls.users = [
            cls.create_user(
                company.name.lower(),
                f"{EDITOR},customer_group.group_manager",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for company in companies
        ]
        for company in companies:
            cls.create_group(f"Of {company.name}", company_id=company.id)
            cls.Partner.create({"name": company.name, "company_id": company.id})
        # The contacts of users and companies, and Odoo's demo data, are left alone.
        cls.mine = [
            ("id", ">=", cls.anna.id),
            ("partner_share", "=", True),
            ("id", "not in", companies.partner_id.ids),
        ]

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    def test_any_sequence(self, steps):
        savepoint = self.env.cr.savepoint()
        try:
            for door, user, contact, groups in steps:
                self.take(door, self.users[user], contact, groups)
                self.assertLedger()
                self.check_counts()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def take(self, door, user, contact, numbers):
        """Take one step as the user; what the rules refuse leaves no trace."""
        everything = {"active_test": False}
        partners = self.Partner.with_user(user).with_context(**everything)
        partners = partners.search(self.mine, order="id")
        groups = self.Group.with_user(user).with_context(**everything)
        groups = groups.search([], order="id")
        if not partners or not groups:
            return
        partner = partners[contact % len(partners)].with_context(active_test=True)
        chosen = groups.browse({groups[n % len(groups)].id for n in numbers})
        with suppress(AccessError, UserError), self.env.cr.savepoint():
            getattr(self, f"do_{door}")(partner, chosen)
            self.env.flush_all()
        self.env.invalidate_all()

    def check_counts(self):
        group = self.Group.with_user(self.users[0]).search([], limit=1)
        self.assertEqual(
            group.member_count,
            self.Partner.with_user(self.users[0]).search_count(
                [("customer_group_ids", "child_of", group.id)]
            ),
        )

    # ------------------------------------------------------------
    # DOORS
    # ------------------------------------------------------------

    def do_link(self, partner, groups):
        partner.write({"customer_group_ids": [Command.link(g.id) for g in groups]})

    def do_unlink(self, partner, groups):
        partner.write({"customer_group_ids": [Command.unlink(g.id) for g in groups]})

    def do_set(self, partner, groups):
        partner.customer_group_ids = groups

    def do_clear(self, partner, _groups):
        partner.write({"customer_group_ids": [Command.clear()]})

    def do_create(self, partner, groups):
        partner.create({"name": "New", "customer_group_ids": [Command.set(groups.ids)]})

    def do_nested(self, partner, groups):
        child = {"name": "Child", "customer_group_ids": [Command.set(groups.ids)]}
        partner.write({"child_ids": [Command.create(child)]})

    def do_copy(self, partner, _groups):
        partner.copy()

    def do_bulk_add(self, partner, groups):
        self.bulk(partner, groups, "add")

    def do_bulk_remove(self, partner, groups):
        self.bulk(partner, groups, "remove")

    def bulk(self, partner, groups, mode):
        wizard = self.env["customer.group.assign"].with_user(partner.env.user)
        wizard.create(
            {
                "mode": mode,
                "partner_domain": repr([("id", "<=", partner.id)]),
                "group_ids": [Command.set(groups.ids)],
            }
        ).action_apply()

    def do_undo(self, partner, _groups):
        operations = self.env["customer.group.operation"].with_user(partner.env.user)
        operations.search([("undone_by_id", "=", False)], limit=1).action_undo()

    def do_merge(self, partner, _groups):
        others = partner.search([("id", "!=", partner.id), *self.mine], limit=2)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizard.with_user(partner.env.user).sudo().create({})
        wizard._merge((partner + others).ids, partner)

    def do_merge_groups(self, _partner, groups):
        wizard = self.env["customer.group.merge"].with_user(groups.env.user)
        wizard.create({"group_ids": groups.ids}).action_merge()

    def do_archive_group(self, _partner, groups):
        groups.action_archive()

    def do_restore_group(self, _partner, groups):
        groups.action_unarchive()

    def do_archive_contact(self, partner, _groups):
        partner.action_archive()

    def do_delete_contact(self, partner, _groups):
        partner.unlink()

    def do_delete_group(self, _partner, groups):
        groups[:1].unlink()

    def do_foreign_sql(self, partner, groups):
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT %s, unnest(%s) ON CONFLICT DO NOTHING""",
                partner.id,
                groups.ids,
            )
        )
        self.env["customer.group.membership"]._reconcile()

    def test_the_check_itself(self):
        """The assertion does fail when ledger and relation differ."""
        self.env.cr.execute(
            "DELETE FROM customer_group_membership WHERE partner_id = %s", self.anna.ids
        )
        with self.assertRaises(AssertionError):
            self.assertLedger()
