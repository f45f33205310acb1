# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import CustomerGroupCommon

MAIN = "customer_main_group_ids"


@tagged("post_install", "-at_install")
class TestFind(CustomerGroupCommon):
    """The search panel, and what the search bar of contacts offers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.Partner.with_user(cls.reader)
        cls.mine = cls.anna + cls.ben + cls.cleo + cls.dora

    def get_arch(self, user):
        view_id = self.env.ref("base.view_res_partner_filter").id
        view = self.Partner.with_user(user).get_view(view_id, "search")
        return etree.fromstring(view["arch"])

    def find(self, path, attribute="domain", user=None, **values):
        """Return the contacts of this test that a part of the search view finds."""
        user = user or self.reader
        [node] = self.get_arch(user).xpath(path)
        domain = safe_eval(node.get(attribute), values)
        partners = self.as_user(self.Partner, user)
        return partners.search(Domain(domain) & Domain("id", "in", self.mine.ids))

    # ------------------------------------------------------------
    # SEARCH PANEL
    # ------------------------------------------------------------

    def get_panel(self, user=None):
        partners = self.Partner.with_user(user or self.reader)
        return partners.search_panel_select_range(
            "customer_group_id", expand=True, hierarchize=True, limit=0
        )

    def test_panel_shows_colors(self):
        colors = {value["id"]: value["color"] for value in self.get_panel()["values"]}
        self.assertEqual(colors[self.trade.id], 3)
        self.assertEqual(colors[self.private.id], 5)
        self.assertEqual(len(colors), 6)
        with self.assertRaises(AccessError):
            self.get_panel(self.portal)

    def test_panel_without_groups(self):
        self.Group.search([]).action_archive()
        self.assertEqual(self.get_panel()["values"], [])

    def test_other_panels_have_no_colors(self):
        values = self.partners.search_panel_select_range("country_id", expand=True)
        self.assertNotIn("color", values["values"][0])

    def test_panel_can_be_switched_off(self):
        path = "//searchpanel/field[@name='customer_group_id']"
        self.assertTrue(self.get_arch(self.reader).xpath(path))
        self.env.ref("base.group_user")._remove_group(
            self.env.ref("customer_group.group_search_panel")
        )
        arch = self.get_arch(self.reader)
        self.assertFalse(arch.xpath(path))
        self.assertTrue(arch.xpath("//field[@name='customer_group_id']"))

    def test_queries_of_panel(self):
        for size in (20, 1000):
            self.Group.search([]).action_archive()
            self.Group.create([{"name": f"{size} {index}"} for index in range(size)])
            self.get_panel()
            self.env.invalidate_all()
            with self.subTest(size=size), self.assertQueryCount(3):
                self.get_panel()

    # ------------------------------------------------------------
    # FILTERS
    # ------------------------------------------------------------

    def leave_out(self, value, user=None):
        path = "//field[@name='customer_group_exclude_id']"
        return self.find(path, "filter_domain", user, raw_value=value)

    def test_leave_out(self):
        self.assertEqual(self.leave_out(self.wholesale.id), self.dora)
        self.assertEqual(self.leave_out("trade / wholesale / eu"), self.ben + self.dora)
        self.assertEqual(self.leave_out("Nowhere"), self.mine)
        self.assertEqual(self.leave_out(0), self.mine)

    def test_in_a_group_or_none(self):
        in_group = self.find("//filter[@name='in_customer_group']")
        self.assertEqual(in_group, self.mine - self.dora)
        in_none = self.find("//filter[@name='no_customer_group']")
        self.assertEqual(in_none, self.dora)

    def find_joined(self, user=None):
        return self.find("//filter[@name='joined_customer_group']", user=user)

    def set_joined(self, partner, days):
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE customer_group_membership
                  SET date_start = now() - %s * interval '1 day'
                WHERE partner_id = %s""",
            (days, partner.id),
        )

    def test_joined(self):
        self.set_joined(self.anna, 40)
        self.set_joined(self.ben, 29)
        self.assertEqual(self.find_joined(), self.ben + self.cleo)
        self.anna.customer_group_ids += self.students
        self.cleo.customer_group_ids = False  # left again
        self.assertEqual(self.find_joined(), self.anna + self.ben)
        self.students.action_archive()
        self.assertEqual(self.find_joined(), self.ben)
        self.wholesale.action_archive()
        self.assertFalse(self.find_joined())

    # ------------------------------------------------------------
    # MAIN GROUPS
    # ------------------------------------------------------------

    def read_main_groups(self, user=None, domain=()):
        partners = self.as_user(self.Partner, user or self.reader)
        domain = Domain(domain) & Domain("id", "in", self.mine.ids)
        return dict(partners._read_group(domain, [MAIN], ["__count"]))

    def test_main_groups(self):
        numbers = {self.trade: 3, self.private: 1, self.Group: 1}
        self.assertEqual(self.read_main_groups(), numbers)
        anna, ben, _cleo, dora = self.as_user(self.mine, self.reader)
        self.assertEqual(anna.customer_main_group_ids, self.trade)
        self.assertEqual(ben.customer_main_group_ids, self.private + self.trade)
        self.assertFalse(dora.customer_main_group_ids)

    def test_main_groups_are_searched(self):
        for operator, value, found in (
            ("=", self.trade.id, self.anna + self.ben + self.cleo),
            ("=", self.wholesale.id, self.Partner),
            ("in", [self.private.id, False], self.ben + self.dora),
            ("!=", False, self.mine - self.dora),
            ("not in", self.private.ids, self.mine - self.ben),
            ("ilike", "trade", self.anna + self.ben + self.cleo),
            ("not ilike", "trade", self.dora),
            ("=", "Private", self.ben),
            ("child_of", self.private.id, self.ben),
            ("any", [("color", "=", 5)], self.ben),
            ("not any", [], self.dora),
        ):
            with self.subTest(operator=operator, value=value):
                domain = Domain(MAIN, operator, value)
                mine = Domain("id", "in", self.mine.ids)
                self.assertEqual(self.partners.search(domain & mine), found)
                partners = self.as_user(self.mine, self.reader)
                self.assertEqual(partners.filtered_domain(domain), found)

    def test_main_group_changes(self):
        self.assertEqual(self.cleo.customer_main_group_ids, self.trade)
        self.wholesale_eu.parent_id = self.private
        self.assertEqual(self.cleo.customer_main_group_ids, self.private)
        self.assertEqual(
            self.read_main_groups(), {self.trade: 2, self.private: 3, self.Group: 1}
        )
        self.private.action_archive()
        self.assertEqual(self.read_main_groups(), {self.trade: 2, self.Group: 2})

    def test_new_contact_in_a_main_group(self):
        """Groups are made by hand only, also below the heading of a main group."""
        partners = self.Partner.with_user(self.assigner)
        contact = partners.with_context(default_customer_main_group_ids=self.trade.ids)
        self.assertFalse(contact.create({"name": "Emil"}).customer_group_ids)

    def test_main_groups_of_users(self):
        self.reader.partner_id.customer_group_ids = self.wholesale_eu
        users = self.env["res.users"].with_user(self.reader)
        numbers = dict(users._read_group([], [MAIN], ["__count"]))
        self.assertEqual(numbers[self.trade], 1)

    def test_hidden_main_groups(self):
        here, there = self.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        here_user, there_user = (
            self.create_user(
                company.name,
                "base.group_user",
                company_id=company.id,
                company_ids=company.ids,
            )
            for company in (here, there)
        )
        secret = self.create_group("Secret", company_id=there.id, color=7)
        self.anna.customer_group_ids += self.create_group(
            "Below", secret, company_id=there.id
        )
        self.dora.customer_group_ids = secret
        numbers = {self.trade: 3, self.private: 1, self.Group: 1}
        self.assertEqual(self.read_main_groups(here_user), numbers)
        numbers = {self.trade: 3, self.private: 1, secret: 2}
        self.assertEqual(self.read_main_groups(there_user), numbers)
        for user, found in ((here_user, self.Partner), (there_user, self.dora)):
            anna = self.as_user(self.anna, user)
            anna.sudo().customer_main_group_ids.mapped("name")  # fill the cache
            self.assertEqual(secret in anna.customer_main_group_ids, bool(found))
            partners = self.as_user(self.Partner, user)
            members = partners.search([(MAIN, "=", secret.id)])
            self.assertEqual(members, found and self.anna + self.dora)
            users = self.as_user(self.env["res.users"], user)
            here_user.partner_id.customer_group_ids = secret
            shown = {group for group, _ in users._read_group([], [MAIN], ["__count"])}
            self.assertEqual(secret in shown, user == there_user)
            here_user.partner_id.customer_group_ids = False
            self.assertEqual(self.find_joined(user) & self.dora, found)
            self.assertEqual(self.leave_out(secret.id, user), self.mine - members)
            panel = self.get_panel(user)["values"]
            self.assertEqual(secret.id in [value["id"] for value in panel], bool(found))
        with self.assertRaises(AccessError):
            self.read_main_groups(self.portal)

    def test_queries_of_main_groups(self):
        tree = self.create_tree(40)
        for size in (10, 1000):
            contacts = self.Partner.create([{"name": f"C {i}"} for i in range(size)])
            for index, contact in enumerate(contacts[:10]):
                contact.customer_group_ids = tree[index : index + 3]
            ids = [("id", "in", contacts.ids)]
            for domain in (ids, []):
                partners = self.as_user(self.Partner, self.reader)
                partners.web_read_group(domain, [MAIN], ["__count"])
                self.env.invalidate_all()
                with self.subTest(size=size), self.assertQueryCount(6):
                    partners.web_read_group(domain, [MAIN], ["__count"])
            contacts = self.as_user(contacts, self.reader)
            contacts[:1].mapped(MAIN)
            self.env.invalidate_all()
            with self.subTest(size=size), self.assertQueryCount(5):
                contacts.mapped(MAIN)
