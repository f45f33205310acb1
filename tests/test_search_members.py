# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, time, timedelta
from random import Random
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import EDITOR, CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestSearchMembers(CustomerGroupCommon):
    """Contacts found by groups are those that the plain domain of the ORM finds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(7)
        cls.tree = cls.create_tree(60)
        archived = cls.tree[-8:] + cls.tree[12]
        cls.contacts = cls.Partner.create(
            [
                {
                    "name": f"Contact {index}",
                    "customer_group_ids": random.sample(cls.tree.ids, index % 6),
                    "parent_id": cls.anna.id if index % 9 == 0 else False,
                }
                for index in range(120)
            ]
        )
        archived.action_archive()
        cls.partners = cls.Partner.with_user(cls.reader)
        cls.mine = Domain("id", "in", (cls.contacts + cls.anna + cls.dora).ids)

    def each_size(self):
        """Yield with both forms of the query, of few members and of many."""
        for many in (False, True):
            has_many = patch.object(
                type(self.Partner), "_has_many_members", return_value=many
            )
            with has_many, self.subTest(many_members=many):
                yield

    def search_plain(self, domain):
        """Search with the ORM's own conditions on the field."""
        field = self.Partner._fields["customer_group_ids"]
        with patch.object(field, "search", None):
            return self.partners.search(self.mine & Domain(domain))

    def get_conditions(self):
        """Yield pairs of what is asked for, and the plain domain of the same."""
        for group in self.tree:
            subtree = self.Group.with_context(active_test=False).search(
                [("id", "child_of", group.id)]
            )
            if group.active:
                subtree = subtree.filtered("active")
            for operator, groups in (("child_of", subtree), ("in", group)):
                yield (
                    Domain("customer_group_ids", operator, group.id),
                    Domain("customer_group_ids", "in", groups.ids),
                )
            yield (
                Domain("customer_group_ids", "any", [("parent_id", "=", group.id)]),
                Domain("customer_group_ids", "in", group.child_ids.ids),
            )

    def test_every_group_of_a_tree(self):
        for _ in self.each_size():
            for asked, plain in self.get_conditions():
                found = self.partners.search(self.mine & asked)
                self.assertEqual(found, self.search_plain(plain))
                others = self.partners.search(self.mine & ~asked)
                self.assertEqual(others, self.partners.search(self.mine) - found)

    def test_filtering_records_agrees_with_searching(self):
        partners = self.as_user(self.contacts, self.reader)
        for asked, plain in self.get_conditions():
            if asked.operator != "child_of":
                continue  # the ORM filters by the other operators without our search
            expected = self.search_plain(plain) & partners
            self.assertEqual(partners.filtered_domain(asked), partners & expected)
            self.assertEqual(partners.filtered_domain(~asked), partners - expected)

    def test_filtering_new_records(self):
        contact = self.Partner.new({"customer_group_ids": self.wholesale_eu.ids})
        below = [("customer_group_ids", "child_of", self.trade.id)]
        self.assertEqual(contact.filtered_domain(below), contact)
        self.assertFalse(contact.filtered_domain(["!", *below]))

    def test_combined_conditions(self):
        first, second, third = (
            Domain("customer_group_ids", "child_of", group.id)
            for group in self.tree[:3]
        )
        none = Domain("customer_group_ids", "=", False)
        by_name = Domain("name", "=", "Contact 5")
        for _ in self.each_size():
            found = [
                set(self.partners.search(self.mine & domain))
                for domain in (first, second, third, none, by_name)
            ]
            everybody = set(self.partners.search(self.mine))
            a, b, c, d, e = found
            self.assertTrue(a & b and b & c and d)
            for domain, expected in (
                (first & second, a & b),
                (first | second, a | b),
                (first & ~second & third, a - b & c),
                (~(first | second), everybody - a - b),
                (first | by_name, a | e),
                (none | (first & ~third), d | (a - c)),
                (~none & ~first, everybody - d - a),
            ):
                result = self.partners.search(self.mine & domain)
                self.assertEqual(set(result), expected)
                self.assertEqual(
                    self.partners.search_count(self.mine & domain), len(expected)
                )

    def test_paths_through_other_records(self):
        group = self.tree[0]
        below = ("child_of", group.id)
        self.reader.partner_id.sudo().customer_group_ids = group
        for _ in self.each_size():
            members = self.partners.search([("customer_group_ids", *below)])
            self.assertEqual(
                self.partners.search([("child_ids.customer_group_ids", *below)]),
                members.parent_id,
            )
            users = self.env["res.users"].with_user(self.reader)
            self.assertEqual(
                users.search([("customer_group_ids", *below)]), self.reader
            )
            self.assertEqual(
                users.search([("partner_id.customer_group_ids", *below)]), self.reader
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_without_the_right_to_read_groups(self):
        partners = self.Partner.with_user(self.portal)
        for operator in ("in", "not in", "child_of"):
            with self.assertRaises(AccessError):
                partners.search([("customer_group_ids", operator, self.trade.id)])

    def test_number_of_queries(self):
        """One to resolve the groups, one for their size, the contacts, and the user."""
        below = [("customer_group_ids", "child_of", self.tree[:10].ids)]
        contacts = self.contacts.with_user(self.reader)
        for queries, function in (
            (4, lambda: self.partners.search(below)),
            (4, lambda: self.partners.search(["!", *below])),
            (
                4,
                lambda: self.partners.search(
                    [("customer_group_ids", "in", self.tree.ids)]
                ),
            ),
            (
                6,
                lambda: self.partners.search([("customer_group_ids", "ilike", "leaf")]),
            ),
            (4, lambda: contacts.filtered_domain(below)),
        ):
            function()
            self.env.invalidate_all()
            with self.subTest(queries=queries), self.assertQueryCount(queries):
                function()

    def test_threshold(self):
        """Look further than the number of members on which it depends."""
        group = self.create_group("Big")
        ids = (group.id, self.tree[0].id)
        self.env.cr.execute(
            SQL(
                """WITH partner AS (
                       INSERT INTO res_partner (name, active)
                       SELECT 'Member', TRUE FROM generate_series(1, 5100)
                    RETURNING id)
                   INSERT INTO customer_group_res_partner_rel (partner_id, group_id)
                   SELECT id, %s FROM partner""",
                group.id,
            )
        )
        for page in (False, True):
            self.assertTrue(self.has_many_members(ids, page))
            self.assertFalse(self.has_many_members(self.tree._ids, page))

    def test_threshold_by_the_last_count(self):
        values = {"group_id": self.retail.id, "path": "/", "date": "2026-01-01"}
        count = self.env["customer.group.count"].create(
            values | {"direct_members": 10**9}
        )
        for page in (False, True):
            self.assertTrue(self.has_many_members(self.retail._ids, page))
        count.direct_members = 1
        self.env.flush_all()
        self.assertFalse(self.has_many_members(self.retail._ids, True))

    def has_many_members(self, group_ids, page):
        """Return what the search of a list decides, as its query shows."""
        order, limit = (self.Partner._order, 80) if page else (None, None)
        query = self.Partner._search(
            [("customer_group_ids", "in", list(group_ids))], order=order, limit=limit
        )
        return "EXISTS (SELECT FROM customer_group_res_partner_rel" in str(
            query.select()
        )

    def test_first_contacts_are_found_row_by_row(self):
        """A page in the order of the list, which has an index, or a limited count."""
        below = [("customer_group_ids", "child_of", self.trade.id)]
        order = self.Partner._order
        for _ in self.each_size():
            for options, walk in (
                ({}, False),
                ({"limit": 1}, True),
                ({"order": order}, False),
                ({"limit": 2, "order": "email"}, False),
                ({"limit": 2, "order": order}, True),
            ):
                query = self.partners._search(below, **options).select("id")
                has_many = "EXISTS (SELECT FROM" in query.code
                self.assertEqual("OFFSET 0" in query.code, bool(walk and has_many))
            self.assertEqual(self.partners.search(below, limit=2), self.anna + self.ben)


@tagged("post_install", "-at_install")
class TestSearchHistory(CustomerGroupCommon):
    """Contacts found by their history are those that reading all of it would find."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(11)
        here, there = cls.companies = cls.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        cls.local = cls.create_user(
            "local", EDITOR, company_id=here.id, company_ids=[Command.set(here.ids)]
        )
        common = cls.create_tree(30)
        cls.of_company = {
            company: common
            + cls.Group.create(
                [
                    {"name": f"Of {company.name} {i}", "company_id": company.id}
                    for i in range(10)
                ]
            )
            for company in cls.companies
        }
        cls.contacts = cls.Partner.create(
            [
                {
                    "name": f"Contact {index}",
                    "is_company": index % 4 == 0,
                    "company_id": index % 3 and company.id,
                    "customer_group_ids": random.sample(
                        cls.of_company[company].ids, index % 5
                    ),
                }
                for index in range(120)
                for company in [cls.companies[index % 2]]
            ]
        )
        for index, partner in enumerate(cls.contacts[::5]):
            partner.customer_group_ids -= partner.customer_group_ids[:1]
            partner.active = index % 4 != 0
        common[3::5].action_archive()
        cls.env.flush_all()
        cls.env.cr.execute(
            """UPDATE customer_group_membership
                  SET date_start = now() - id %% 60 * interval '1 day'
                WHERE partner_id = ANY(%s)""",
            [cls.contacts.ids],
        )
        cls.env.invalidate_all()

    def search(self, user, **context):
        domain = self.get_domain()
        partners = self.as_user(self.Partner, user).with_context(**context)
        found = partners.search(domain)
        self.assertEqual(partners.search_count(domain), len(found))
        self.assertEqual(partners.search(domain, limit=7), found[:7])
        mine = Domain("id", "in", self.contacts.ids)
        self.assertEqual(partners.search(mine & ~domain), partners.search(mine) - found)
        return found

    def get_domain(self):
        view = self.env.ref("customer_group.res_partner_view_search")
        [node] = etree.fromstring(view.arch).xpath(
            "//filter[@name='joined_customer_group']"
        )
        mine = Domain("id", "in", self.contacts.ids)
        return Domain(safe_eval(node.get("domain"))) & mine

    def read_all(self, user, allowed=lambda row: True, **context):
        """Return the same contacts, by reading every row and asking who may see it."""
        partners = self.as_user(self.Partner, user).with_context(**context)
        contacts = partners.search([("id", "in", self.contacts.ids)])
        groups = self.Group.with_user(user).search([])  # the active ones he may see
        since = datetime.combine(date.today() - timedelta(days=30), time.min)
        rows = self.env["customer.group.membership"].search([])
        found = {
            row.partner_id.id
            for row in rows
            if not row.date_end
            and row.date_start >= since
            and row.group_id.id in groups.ids
            and row.partner_id.id in contacts.ids
            and allowed(row)
        }
        self.assertTrue(found)
        return contacts.filtered(lambda contact: contact.id in found)

    def each_size(self):
        """Yield with both forms of the query, of few members and of many."""
        for many in (False, True):
            has_many = patch.object(
                type(self.Partner), "_has_many_members", return_value=many
            )
            with has_many, self.subTest(many_members=many):
                yield

    def test_joined_lately(self):
        for _size in self.each_size():
            found = {}
            for user in (self.reader, self.local, self.manager):
                found[user] = self.search(user)
                self.assertEqual(found[user], self.read_all(user))
            self.assertNotEqual(found[self.local].ids, found[self.reader].ids)
            everybody = {"active_test": False}
            self.assertEqual(
                self.search(self.local, **everybody),
                self.read_all(self.local, **everybody),
            )

    def test_further_rules(self):
        """Rules on the contact, on the row, and on one or the other."""
        Rule, company = self.env["ir.rule"], Domain("partner_id.is_company", "=", True)
        even = Domain("group_id.sequence", "=", 10)
        self.of_company[self.companies[0]][::2].sequence = 20
        for domain, allowed in [
            (company, lambda row: row.partner_id.is_company),
            (~company, lambda row: not row.partner_id.is_company),
            (even, lambda row: row.group_id.sequence == 10),
            (
                company | even,
                lambda row: row.partner_id.is_company or row.group_id.sequence == 10,
            ),
        ]:
            rule = Rule.create(
                {
                    "name": "Further",
                    "model_id": self.env["ir.model"]._get_id(
                        "customer.group.membership"
                    ),
                    "domain_force": repr(list(domain)),
                }
            )
            for _size in self.each_size():
                self.assertEqual(
                    self.search(self.local), self.read_all(self.local, allowed)
                )
            rule.unlink()

    def test_looks_at_no_contact_of_the_ledger(self):
        """One join of contacts for each row is what takes long with many."""
        for _size in self.each_size():
            partners = self.as_user(self.Partner, self.local)
            query = partners._search(self.get_domain()).select().code
            self.assertEqual(query.count('FROM "res_partner"'), 1)
            self.assertNotIn('JOIN "res_partner"', query)
