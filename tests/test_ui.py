# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.customer_group.models.customer_group_operation import (
    CHANGE_KEY,
    Change,
)
from odoo.addons.web.tests import test_js

from .common import CustomerGroupCommon


class CustomerGroupUiCase(HttpCase, CustomerGroupCommon):
    def run_tour(self, url, task, user):
        """Start the tour ``customer_group_<task>`` and drop what is cached."""
        self.start_tour(url, f"customer_group_{task}", login=user.login)
        self.env.invalidate_all()

    def get_url(self, record):
        path = "contacts" if record._name == "res.partner" else "customer-groups"
        return f"/odoo/{path}/{record.id}"


@tagged("post_install", "-at_install")
class TestCustomerGroupUi(CustomerGroupUiCase):
    """What users do in the browser, each of them with the rights of a real user."""

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def test_manage(self):
        self.run_tour("/odoo/contacts", "manage", self.manager)
        online = self.Group.search([("name", "=", "Online")])
        self.assertEqual(online.display_name, "Shops / Online")
        self.assertEqual(online.user_id, self.manager)
        self.assertEqual(
            online.parent_id.description, "Everybody who sells to consumers."
        )

    def test_read(self):
        self.run_tour("/odoo/customer-groups", "read", self.reader)

    def test_reorganize(self):
        self.run_tour("/odoo/customer-groups", "reorganize", self.manager)
        self.assertFalse(self.retail.exists())
        self.assertEqual(self.students.name, "Pupils")
        self.assertIn(self.students, self.ben.customer_group_ids)

    def test_manager_members(self):
        self.run_tour("/odoo/customer-groups", "manager_members", self.assigner)
        self.assertIn(self.wholesale, self.cleo.customer_group_ids)
        self.assertEqual(self.ben.customer_group_ids, self.students)

    def test_exclusive(self):
        self.trade.is_exclusive = True
        self.run_tour(self.get_url(self.ben), "exclusive", self.assigner)
        self.assertEqual(self.ben.customer_group_ids, self.retail + self.students)
        self.assertLedger()

    def test_selection(self):
        self.anna.email = "anna@example.com"
        self.ben.email = "ben@example.com"
        url = "/odoo/customer-group-selections"
        self.run_tour(url, "selection", self.assigner)
        self.assertIn(self.retail, self.anna.customer_group_ids)
        self.assertNotIn(self.retail, self.ben.customer_group_ids)
        snapshot = self.env["customer.group.selection.snapshot"].search([], limit=1)
        self.assertEqual(snapshot.count, 1)

    def test_rule(self):
        self.Partner.search([]).country_id = False
        (self.anna + self.dora).country_id = self.env.ref("base.at")
        self.run_tour("/odoo/customer-groups", "rule", self.manager)
        self.assertFalse(self.retail.use_rule)
        self.assertFalse(self.anna.customer_group_ids & self.retail)
        self.assertLedger()

    def test_manager_create(self):
        self.run_tour("/odoo/customer-groups", "manager_create", self.creator)
        agents = self.Group.search([("name", "=", "Agents")])
        self.assertEqual(agents.parent_id, self.private)
        copy = self.Group.search([("name", "=", "Wholesale (copy)")])
        self.assertEqual(copy.direct_member_count, 2)

    def test_members(self):
        self.run_tour(self.get_url(self.wholesale), "members", self.assigner)

    def test_add_members(self):
        self.run_tour(self.get_url(self.wholesale), "add_members", self.assigner)
        self.assertEqual(self.dora.customer_group_ids, self.wholesale)
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu)

    def test_read_members(self):
        self.run_tour(self.get_url(self.wholesale), "read_members", self.reader)

    def test_history(self):
        change = Change("add", "bulk", "Fair")
        dora = self.dora.with_user(self.assigner)
        dora = dora.with_context(**{CHANGE_KEY: change})
        dora.write(self.put_into(self.wholesale_eu))
        self.run_tour(self.get_url(self.wholesale), "history", self.assigner)
        self.assertFalse(self.dora.customer_group_ids)

    def test_delete(self):
        self.run_tour(self.get_url(self.students), "delete", self.manager)
        self.assertFalse(self.students.exists())
        self.assertEqual(self.ben.customer_group_ids, self.wholesale)

    def test_from_tags(self):
        tag = self.env["res.partner.category"].create({"name": "Key/customers"})
        self.dora.category_id = tag
        self.anna.category_id = tag.create({"name": "Old", "parent_id": tag.id})
        url = "/odoo/action-base.action_partner_category_form"
        self.run_tour(url, "from_tags", self.manager)
        self.assertEqual(self.dora.customer_group_ids.parent_id, self.private)
        self.assertNotIn("Old", self.anna.customer_group_ids.mapped("name"))
        self.assertEqual(self.dora.category_id, tag)

    def test_why(self):
        self.anna.city = "Arcadia"
        group = self.create_group(
            "Arcadia", use_rule=True, rule_domain="[('city', '=', 'Arcadia')]"
        )
        group._run_rule()
        self.run_tour(self.get_url(group), "why", self.assigner)
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual((operation.kind, operation.released), ("release", 1))

    def test_merge(self):
        self.create_group("US", self.students)
        self.run_tour("/odoo/customer-groups", "merge", self.manager)
        self.assertFalse(self.students.exists())
        self.assertEqual(self.wholesale.direct_member_count, 3)
        self.assertEqual(self.wholesale.child_ids.mapped("name"), ["US"])

    def test_duplicate_with_members(self):
        self.run_tour(self.get_url(self.wholesale), "duplicate", self.creator)
        copy = self.Group.search([("name", "=", "Wholesale (copy)")])
        self.assertEqual(copy.direct_member_count, 2)

    def test_reports(self):
        self.run_tour("/odoo/contacts", "reports", self.reader)

    def test_growth(self):
        people = self.Partner.create([{"name": f"Person {i}"} for i in range(4)])
        people.customer_group_ids = self.students
        cron = self.env.ref("customer_group.ir_cron_stat_fill")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.run_tour(self.get_url(self.students), "growth", self.reader)

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    def test_create_on_contact(self):
        self.run_tour(self.get_url(self.ben), "create_on_contact", self.creator)
        online = self.Group.search([("name", "=", "Online")])
        self.assertEqual(online.display_name, "Shops / Online")
        self.assertEqual(online.parent_id.create_uid, self.creator)
        self.assertEqual(self.ben.customer_group_ids, self.wholesale + online)

    def test_assign(self):
        self.create_group("Board", assign_policy="manager")
        self.run_tour(self.get_url(self.dora), "assign", self.assigner)
        self.assertEqual(self.dora.customer_group_ids, self.retail)

    def test_plus(self):
        self.run_tour(self.get_url(self.dora), "plus", self.creator)
        fair = self.Group.search([("name", "=", "Spring fair")])
        self.assertEqual(fair.display_name, "Private / Spring fair")
        self.assertEqual(self.dora.customer_group_ids, self.wholesale + fair)

    def test_ask_and_approve(self):
        self.run_tour(self.get_url(self.dora), "ask", self.assigner)
        self.assertFalse(self.dora.customer_group_ids)
        self.run_tour("/odoo/customer-group-requests", "approve", self.manager)
        fair = self.Group.search([("name", "=", "Spring fair")])
        self.assertEqual(fair.color, 7)
        self.assertEqual(self.dora.customer_group_ids, fair)

    def test_read_contact(self):
        self.run_tour(self.get_url(self.ben), "read_contact", self.reader)

    def test_find(self):
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE customer_group_membership SET date_start = '2026-01-01'
                WHERE partner_id = %s""",
            self.ben.ids,
        )
        for user in (self.assigner, self.reader):
            self.run_tour("/odoo/contacts", "find", user)

    def test_leave_out_and_keep_as_favorite(self):
        for user in (self.assigner, self.reader):
            self.run_tour("/odoo/contacts", "leave_out", user)
            self.run_tour("/odoo/contacts", "favorite", user)
        [favorite] = self.env["ir.filters"].search(
            [("name", "=", "Newcomers"), ("user_ids", "in", self.reader.ids)]
        )
        self.assertIn('"customer_group_ids", "child_of"', favorite.domain)
        partners = self.Partner.with_user(self.reader)
        self.assertEqual(partners.search(safe_eval(favorite.domain)), self.dora)

    def test_edit_list(self):
        self.run_tour("/odoo/contacts", "edit_list", self.assigner)
        self.assertEqual(
            self.anna.customer_group_ids,
            self.wholesale + self.wholesale_eu + self.retail,
        )
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu + self.retail)
        self.assertNotIn(self.retail, self.ben.customer_group_ids)

    def test_assign_many_and_undo(self):
        self.run_tour("/odoo/contacts", "assign_many", self.assigner)
        self.assertEqual(self.students.direct_member_count, 3)
        self.run_tour("/odoo/customer-group-changes", "undo", self.assigner)
        self.assertEqual(self.students.direct_member_count, 1)
        self.assertIn(self.students, self.ben.customer_group_ids)

    def test_import_memberships(self):
        self.run_tour("/odoo/contacts", "import_memberships", self.assigner)
        self.assertEqual(self.anna.customer_group_ids, self.students)
        self.assertEqual(self.ben.customer_group_ids, self.students)
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu)
        self.assertLedger()

    # ------------------------------------------------------------
    # SETTINGS
    # ------------------------------------------------------------

    def test_settings(self):
        editors = self.env.ref("base.group_partner_manager")
        create = self.env.ref("customer_group.group_create")
        self.assertNotIn(create, editors.all_implied_ids)
        administrator = self.create_user("administrator", "base.group_system")
        self.run_tour("/odoo/contacts", "settings", administrator)
        self.assertIn(create, editors.implied_ids)
        self.assertIn(self.env.ref("customer_group.group_assign"), editors.implied_ids)
        self.assertEqual(
            self.env["ir.config_parameter"].get_param("customer_group.ignore_similar"),
            "True",
        )

    # ------------------------------------------------------------
    # FIRST STEPS
    # ------------------------------------------------------------

    def test_load_template(self):
        self.Group.search([]).unlink()
        self.run_tour("/odoo/customer-groups", "load_template", self.manager)
        size = self.Group.search([("name", "=", "Company size")])
        self.assertEqual(
            size.child_ids.mapped("name"), ["Small company", "Large company"]
        )
        self.assertEqual(self.Group.search_count([]), 3)

    def test_load_template_again(self):
        self.run_tour("/odoo/customer-groups", "load_template_again", self.manager)
        gender = self.Group.search([("name", "=", "Gender")])
        self.assertEqual(gender.complete_name, "Trade / Wholesale / Gender")

    def test_no_groups(self):
        self.Group.search([]).unlink()
        self.run_tour("/odoo/customer-groups", "no_groups", self.reader)
        self.run_tour("/odoo/customer-groups", "first_group", self.creator)
        self.assertEqual(self.Group.search([]).name, "Shops")

    def test_onboarding(self):
        self.Partner.search([("name", "=", "Anna")]).name = "0 Anna"  # comes first
        self.start_tour("/odoo", "customer_group_tour", login=self.creator.login)
        group = self.Group.search([("name", "=", "Regular customers")])
        self.assertEqual(group.direct_member_count, 1)

    def test_onboarding_in_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["customer_group", "contacts"], ["de_DE"])
        self.creator.lang = "de_DE"
        self.test_onboarding()


@tagged("post_install", "-at_install")
class TestCustomerGroupPhone(CustomerGroupUiCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_phone(self):
        self.run_tour("/odoo/contacts", "phone", self.assigner)
        self.assertEqual(self.cleo.customer_group_ids, self.wholesale_eu + self.retail)

    def test_plus(self):
        self.run_tour(self.get_url(self.dora), "phone_plus", self.creator)
        fair = self.Group.search([("name", "=", "Spring fair")])
        self.assertEqual(self.dora.customer_group_ids, fair)

    def test_manager(self):
        self.run_tour("/odoo/customer-groups", "phone_manager", self.creator)
        agents = self.Group.search([("name", "=", "Agents")])
        self.assertEqual(agents.parent_id, self.trade)


@tagged("post_install", "-at_install")
class TestCustomerGroupHoot(HttpCase):
    def test_widgets(self):
        """Run the unit tests in ``static/tests``, and no others."""
        suite = test_js.HOOTCommon._generate_hash(self, "@customer_group")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
