# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter
from contextlib import ExitStack, contextmanager
from random import Random
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from .common import CustomerGroupCommon

FIELD = "customer_group_ids"
MAIN = "customer_main_group_ids"


@tagged("post_install", "-at_install")
class TestReadGroup(CustomerGroupCommon):
    """Grouping and exporting give what Odoo's own code gives, only faster."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(11)
        cls.tree = cls.create_tree(40)
        cls.here, cls.there = cls.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        cls.hidden = cls.create_group("Hidden", company_id=cls.there.id)
        companies = (False, False, cls.here.id, cls.there.id)
        cls.contacts = cls.Partner.create(
            [
                {
                    "name": f"Contact {index}",
                    "company_id": random.choice(companies),
                    "active": index % 10 > 0,
                    "is_company": index % 3 == 0,
                    FIELD: random.sample(cls.tree.ids, index % 5),
                }
                for index in range(90)
            ]
        )
        for contact in cls.contacts:
            if contact.company_id == cls.there or contact == cls.contacts[1]:
                contact[FIELD] += cls.hidden
        (cls.tree[-4:] + cls.tree[13]).action_archive()
        cls.here_user, cls.there_user = (
            cls.create_user(
                company.name,
                "base.group_user,base.group_allow_export",
                company_id=company.id,
                company_ids=company.ids,
            )
            for company in (cls.here, cls.there)
        )

    def each_reader(self):
        """Yield the contacts as each of some users has them, with nothing cached."""
        for user in (self.reader, self.here_user, self.there_user, self.env.user):
            for context in ({}, {"active_test": False}):
                yield self.as_user(self.Partner, user).with_context(**context)
        yield self.as_user(self.Partner, self.reader).sudo()

    @contextmanager
    def stock(self):
        """Have Odoo's own code at work, except for the order of the groups."""
        model = type(self.Partner)
        with ExitStack() as stack:
            for name in (
                "_read_group",
                "_formatted_read_group_with_length",
                "_export_rows",
            ):
                method = next(
                    vars(class_)[name]
                    for class_ in model.mro()
                    if name in vars(class_)
                    and "customer_group" not in vars(class_)[name].__module__
                )
                stack.enter_context(patch.object(model, name, method))
            yield

    def test_counts(self):
        domains = (
            [],
            [(1, "=", 1)],
            [("is_company", "=", True)],
            [(FIELD, "child_of", self.tree[0].id)],
            [(FIELD, "=", False)],
            [("id", "in", self.contacts.ids), ("parent_id", "=", False)],
            [("id", "=", 0)],
        )
        sizes = set()
        for partners in self.each_reader():
            for domain in domains:
                for order in (None, FIELD, f"{FIELD} DESC", f"__count DESC, {FIELD}"):
                    options = (domain, [FIELD], ["__count"])
                    rows = partners._read_group(*options, order=order)
                    with self.stock():
                        stock = partners._read_group(*options, order=order)
                    self.assertEqual(rows, stock)
                    sizes.add(len(rows))
        self.assertIn(0, sizes)
        self.assertGreater(max(sizes), 30)

    def test_pages(self):
        for partners in self.each_reader():
            for domain in ([], [("is_company", "=", True)]):
                for limit, offset in ((None, 0), (5, 0), (5, 10), (7, 35), (80, 0)):
                    arguments = {"limit": limit, "offset": offset}
                    options = (domain, [FIELD], ["__count", "color:sum"])
                    page = partners.web_read_group(*options, **arguments)
                    with self.stock():
                        stock = partners.web_read_group(*options, **arguments)
                    self.assertEqual(page, stock)

    def test_both_ways_of_counting(self):
        """The subtraction is used where it should be, and not where it is slow."""
        partners = self.as_user(self.Partner, self.reader)
        count = patch.object(
            type(partners), "_count_by_group", side_effect=partners._count_by_group
        )
        with count as counted:
            partners._read_group([], [FIELD], ["__count"])
            self.assertEqual(counted.call_count, 1)
            partners._read_group([("color", "=", 0)], [FIELD], ["__count"])
            with patch.object(type(partners), "_get_hidden_ids", return_value=None):
                partners._read_group([], [FIELD], ["__count"])
            self.assertEqual(counted.call_count, 1)

    def test_order_is_that_of_the_tree(self):
        rows = self.Partner._read_group([], [FIELD], ["__count"])
        groups = self.Group.union(*(group for group, _count in rows))
        self.assertEqual(groups.ids, groups.search([("id", "in", groups.ids)]).ids)
        self.assertFalse(rows[-1][0], "Contacts in no group come last")
        self.assertNotEqual(groups.ids, sorted(groups.ids))

    def test_grouped_by_more(self):
        """Levels below and pivots know the order as well."""
        partners = self.as_user(self.Partner, self.reader)
        result = partners.web_read_group(
            [], ["is_company", FIELD], ["__count"], auto_unfold=True
        )
        self.assertEqual(len(result["groups"]), 2)
        sets = [[], [FIELD], [FIELD, "is_company"]]
        total, groups, both = partners.formatted_read_grouping_sets(
            [], sets, ["__count"], order=FIELD
        )
        self.assertEqual(total[0]["__count"], partners.search_count([]))
        self.assertEqual(
            [group[FIELD] for group in groups],
            [group[FIELD] for group in partners.formatted_read_group([], [FIELD])],
        )
        self.assertGreater(len(both), len(groups))

    def test_without_right(self):
        partners = self.as_user(self.Partner, self.portal)
        with self.assertRaises(AccessError):
            partners._read_group([], [FIELD], ["__count"])

    # ------------------------------------------------------------
    # MAIN GROUPS
    # ------------------------------------------------------------

    def count_main_groups(self, partners, domain):
        """Count one contact after the other, walking up from each of its groups."""
        numbers = Counter()
        for contact in partners.search(domain).with_context(active_test=True):
            main_groups = set()
            for group in contact[FIELD]:
                while group.parent_id:
                    group = group.parent_id
                main_groups.add(group.id)
            numbers.update(main_groups or {False})
        return numbers

    def test_main_groups(self):
        """Each contact counts once for a main group, and that group finds it."""
        counted_together = patch.object(
            type(self.Partner), "_get_hidden_ids", return_value=None
        )
        sizes = set()
        for partners in self.each_reader():
            for domain in (
                [],
                [("is_company", "=", True)],
                [(FIELD, "child_of", self.tree[0].id)],
                [(FIELD, "=", False)],
                [("id", "=", 0)],
            ):
                rows = partners._read_group(domain, [MAIN], ["__count"])
                with counted_together:
                    options = (domain, [MAIN], ["__count"])
                    self.assertEqual(rows, partners._read_group(*options))
                numbers = {group.id: number for group, number in rows}
                self.assertEqual(numbers, self.count_main_groups(partners, domain))
                for id_, number in numbers.items():
                    inside = Domain(domain) & Domain(MAIN, "=", id_)
                    self.assertEqual(partners.search_count(inside), number)
                ids = [id_ for id_ in numbers if id_]
                ordered = self.Group.with_context(active_test=False)
                self.assertEqual(ids, ordered.search([("id", "in", ids)]).ids)
                sizes.add(len(rows))
        self.assertIn(0, sizes)
        self.assertGreater(max(sizes), 9)

    def test_more_main_groups_than_bits(self):
        groups = self.Group.create([{"name": f"Main {index}"} for index in range(130)])
        for index, contact in enumerate(self.contacts):
            contact[FIELD] = groups[index : index + 81 : 40] + self.tree[:index:30]
        partners = self.as_user(self.Partner, self.there_user)
        rows = partners._read_group([], [MAIN], ["__count"])
        numbers = {group.id: number for group, number in rows}
        self.assertEqual(numbers, self.count_main_groups(partners, []))
        self.assertIn(groups[-1].id, numbers)

    def test_pages_and_levels_of_main_groups(self):
        partners = self.as_user(self.Partner, self.here_user)
        everything = partners.web_read_group([], [MAIN], ["__count"])
        page = partners.web_read_group([], [MAIN], ["__count"], limit=3, offset=4)
        self.assertEqual(page["groups"], everything["groups"][4:7])
        self.assertEqual(page["length"], everything["length"])
        total, both = partners.formatted_read_grouping_sets(
            [], [[], [MAIN, FIELD]], ["__count"], order=f"{MAIN}, {FIELD}"
        )
        self.assertEqual(total[0]["__count"], partners.search_count([]))
        self.assertTrue(both)
        result = partners.web_read_group(
            [("is_company", "=", True)],
            [MAIN, "is_company"],
            ["__count"],
            auto_unfold=True,
        )
        for group in result["groups"][:-1]:
            [subgroup] = group["__groups"]["groups"]
            self.assertEqual(subgroup["__count"], group["__count"])

    # ------------------------------------------------------------
    # EXPORT
    # ------------------------------------------------------------

    def test_export(self):
        self.contacts[3].child_ids = self.contacts[4] + self.contacts[6]
        columns = (
            [FIELD],
            ["name", FIELD, "email"],
            [FIELD, ".id", "color"],
            [FIELD, FIELD],
            [f"{FIELD}/id"],
            [f"{FIELD}/display_name", "name"],
            ["child_ids/name", FIELD, f"child_ids/{FIELD}", "id"],
            ["name", f"parent_id/{FIELD}", FIELD],
        )
        for partners in self.each_reader():
            if not partners.env.user.has_group("base.group_allow_export"):
                continue
            for some in (partners.search([]), partners):
                for compatible in (True, False):
                    some = some.with_context(import_compat=compatible)
                    for names in columns:
                        rows = some.export_data(names)
                        with self.stock():
                            stock = some.export_data(names)
                        self.assertEqual(rows, stock, names)

    def test_export_of_what_is_hidden(self):
        contact = self.as_user(self.contacts[1], self.here_user)
        contact.sudo().company_id = self.there
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            contact.export_data([FIELD])

    def test_queries_of_export(self):
        partners = self.as_user(self.contacts, self.here_user).search([])
        for some in (partners[:3], partners):
            some.export_data(["name", FIELD])
            self.env.invalidate_all()
            with self.assertQueryCount(7):
                some.export_data(["name", FIELD])
