# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

EDITOR = "base.group_user,base.group_partner_manager"


class CustomerGroupCommon(BaseCommon):
    """A small tree, three contacts in it, and one real user per right.

    ::

        Trade (T)                    Private
        ├── Retail chains            └── Students: ben
        └── Wholesale: anna, ben
            └── EU: anna, cleo
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Contact editors get Assign from the addon's data. The tests give each user
        # the rights it is about.
        cls.env.ref("base.group_partner_manager").implied_ids -= cls.env.ref(
            "customer_group.group_assign"
        )
        for name in ("customer.group.enrolment", "customer.group.sequence"):
            cls.env[name].with_context(active_test=False).search([]).unlink()
        cls.Group = cls.env["customer.group"]
        cls.Group.with_context(active_test=False).search([]).unlink()  # demo data
        cls.Partner = cls.env["res.partner"]
        cls.trade = cls.create_group("Trade", code="T", color=3)
        cls.retail = cls.create_group("Retail chains", cls.trade)
        cls.wholesale = cls.create_group("Wholesale", cls.trade)
        cls.wholesale_eu = cls.create_group("EU", cls.wholesale)
        cls.private = cls.create_group("Private", color=5)
        cls.students = cls.create_group("Students", cls.private)
        cls.anna, cls.ben, cls.cleo = cls.Partner.create(
            [
                {
                    "name": "Anna",
                    "customer_group_ids": cls.wholesale + cls.wholesale_eu,
                },
                {"name": "Ben", "customer_group_ids": cls.wholesale + cls.students},
                {"name": "Cleo", "customer_group_ids": cls.wholesale_eu},
            ]
        )
        cls.dora = cls.Partner.create({"name": "Dora"})
        cls.reader = cls.create_user("reader", EDITOR)
        cls.assigner = cls.create_user(
            "assigner", f"{EDITOR},customer_group.group_assign"
        )
        cls.creator = cls.create_user(
            "creator", f"{EDITOR},customer_group.group_create"
        )
        cls.manager = cls.create_user(
            "manager", f"{EDITOR},customer_group.group_manager"
        )
        cls.portal = cls.create_user("portal", "base.group_portal")

    @classmethod
    def create_group(cls, name, parent=None, **values):
        values |= {"name": name, "parent_id": parent and parent.id}
        return cls.env["customer.group"].create(values)

    @classmethod
    def create_user(cls, role, groups, **values):
        """Create a user ``group_<role>`` whose password is his login."""
        return new_test_user(cls.env, f"group_{role}", groups, **values)

    @classmethod
    def create_tree(cls, size):
        """Create ``size`` groups: ten main groups, the others spread below them."""
        roots = cls.Group.create([{"name": f"Root {i}"} for i in range(10)])
        middle = cls.Group.create(
            [
                {"name": f"Middle {i}", "parent_id": roots[i % 10].id}
                for i in range(size // 10)
            ]
        )
        leaves = cls.Group.create(
            [
                {"name": f"Leaf {i}", "parent_id": middle[i % len(middle)].id}
                for i in range(size - len(middle) - 10)
            ]
        )
        return roots + middle + leaves

    @contextmanager
    def assertRefused(self, exception, message):
        """Expect ``exception`` with a message that matches; undo what was done."""
        with self.assertRaises(exception) as caught:
            yield
        self.assertRegex(str(caught.exception), message)

    def assertLedger(self):
        """Assert that the ledger tells of the relation, no more and no less.

        The open rows are the pairs of the relation, and no two rows of a pair overlap.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT partner_id, group_id FROM customer_group_res_partner_rel
               EXCEPT
               SELECT partner_id, group_id FROM customer_group_membership
                WHERE date_end IS NULL"""
        )
        self.assertFalse(self.env.cr.fetchall(), "Members without an open row")
        self.env.cr.execute(
            """SELECT partner_id, group_id FROM customer_group_membership
                WHERE date_end IS NULL
               EXCEPT
               SELECT partner_id, group_id FROM customer_group_res_partner_rel"""
        )
        self.assertFalse(self.env.cr.fetchall(), "Open rows without a member")
        self.env.cr.execute(
            """SELECT a.id, b.id FROM customer_group_membership a
                 JOIN customer_group_membership b
                   ON a.partner_id = b.partner_id AND a.group_id = b.group_id
                  AND a.id < b.id
                WHERE tsrange(a.date_start, a.date_end)
                   && tsrange(b.date_start, b.date_end)"""
        )
        self.assertFalse(self.env.cr.fetchall(), "Rows of a pair that overlap")

    def as_user(self, records, user):
        """Return ``records`` as ``user`` sees them, without anything in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user)

    def put_into(self, group):
        """Return the values that put a contact into ``group``."""
        return {"customer_group_ids": [Command.link(group.id)]}

    def take_out_of(self, group):
        """Return the values that take a contact out of ``group``."""
        return {"customer_group_ids": [Command.unlink(group.id)]}
