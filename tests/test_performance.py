# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo.tests import tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestPerformance(CustomerGroupCommon):
    """The number of queries does not depend on the number of groups.

    Each screen is opened by a user with rules to respect, first with few groups and
    then with 2,000. The numbers include what Odoo itself asks.
    """

    CONTACT_FIELDS = {
        "complete_name": {},
        "customer_group_ids": {
            "fields": {
                "display_name": {},
                "name": {},
                "complete_name": {},
                "color": {},
            },
        },
    }
    GROUP_FIELDS = {
        "color": {},
        "complete_name": {},
        "member_count": {},
        "direct_member_count": {},
        "user_id": {"fields": {"display_name": {}}},
        "company_id": {"fields": {"display_name": {}}},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.Partner.create(
            [{"name": f"Contact {i:03}"} for i in range(80)]
        )
        cls.in_few = [("id", "in", cls.partners.ids)]

    def spread(self, groups):
        """Put each contact into five of ``groups``."""
        for index, partner in enumerate(self.partners):
            ids = [
                groups[(index * 7 + step * 11) % len(groups)].id for step in range(5)
            ]
            partner.customer_group_ids = ids

    def check(self, queries, screen):
        for size in (20, 2000):
            groups = self.create_tree(size)
            self.spread(groups)
            self.as_user(self.partners, self.assigner)
            screen()
            self.env.invalidate_all()
            with self.subTest(size=size), self.assertQueryCount(queries):
                screen()
            groups.unlink()

    def test_list_of_contacts(self):
        partners = self.Partner.with_user(self.assigner)
        self.check(
            7,
            lambda: partners.web_search_read(
                self.in_few, self.CONTACT_FIELDS, limit=80
            ),
        )

    def test_list_of_contacts_in_a_subtree(self):
        partners = self.Partner.with_user(self.assigner)

        def screen():
            root = self.Group.search([("name", "=", "Root 1")])
            domain = [("customer_group_id", "child_of", root.id)]
            partners.web_search_read(domain, self.CONTACT_FIELDS, limit=80)

        self.check(9, screen)

    def test_group_by(self):
        partners = self.Partner.with_user(self.assigner)
        self.check(
            4,
            lambda: partners.web_read_group(
                self.in_few, ["customer_group_ids"], ["__count"]
            ),
        )

    def test_search_panel(self):
        partners = self.Partner.with_user(self.assigner)
        self.check(
            3,
            lambda: partners.search_panel_select_range(
                "customer_group_id", expand=True, hierarchize=True, limit=None
            ),
        )

    def test_list_of_groups(self):
        groups = self.Group.with_user(self.assigner)
        self.check(5, lambda: groups.web_search_read([], self.GROUP_FIELDS, limit=80))

    def test_name_search(self):
        groups = self.Group.with_user(self.assigner)
        self.check(3, lambda: groups.name_search("leaf", limit=8))

    def test_what_a_new_name_would_duplicate(self):
        groups = self.Group.with_user(self.creator)
        self.check(4, lambda: groups.get_similar("leav 1"))

    def test_saving_a_contact_costs_no_query_more(self):
        """A save that does not concern groups asks nothing about groups."""
        partner = self.partners[0].with_user(self.assigner)
        self.Group._get_rule_index()  # kept in memory
        queries = []
        with contextmanager(self._patchExecute)(queries):
            partner.write({"name": "Renamed", "city": "Basel"})
            self.env.flush_all()
            self.Partner.with_user(self.assigner).create({"name": "New"})
            self.env.flush_all()
        self.assertTrue(queries)
        self.assertFalse([query for query in queries if "customer_group" in str(query)])
