# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestAssign(CustomerGroupCommon):
    """Groups of many contacts at once: preview, result, undo, rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.anna + cls.ben + cls.cleo + cls.dora

    def open(self, partners, mode="add", user=None, **context):
        context = {
            "active_model": "res.partner",
            "active_ids": partners.ids,
            "active_domain": [],
            "default_mode": mode,
        } | context
        wizard = self.env["customer.group.assign"].with_user(user or self.assigner)
        return Form(wizard.with_context(**context))

    def test_add(self):
        form = self.open(self.anna + self.ben + self.dora)
        form.group_ids.add(self.wholesale)
        self.assertEqual(
            (form.selected_count, form.change_count, form.already_count), (3, 1, 2)
        )
        form.reason = "Spring fair"
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual((wizard.added, wizard.removed), (1, 0))
        self.assertEqual(wizard.operation_id.skipped, 2)
        self.assertEqual(self.dora.customer_group_ids, self.wholesale)
        with self.assertRefused(UserError, "made already"):
            wizard.action_apply()
        wizard.action_undo()
        self.env.invalidate_all()
        self.assertFalse(self.dora.customer_group_ids)
        self.assertEqual(self.wholesale.direct_member_count, 2)
        self.assertLedger()

    def test_remove(self):
        form = self.open(self.anna + self.ben + self.dora, mode="remove")
        form.group_ids.add(self.wholesale)
        form.group_ids.add(self.students)
        self.assertEqual((form.change_count, form.already_count), (2, 1))
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(wizard.removed, 3)
        self.assertEqual(self.anna.customer_group_ids, self.wholesale_eu)
        self.assertLedger()

    def test_move(self):
        form = self.open(self.anna + self.ben + self.dora, mode="move")
        form.from_group_ids.add(self.wholesale)
        form.group_ids.add(self.retail)
        self.assertEqual((form.change_count, form.already_count), (2, 1))
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual((wizard.added, wizard.removed), (2, 2))
        self.assertEqual(self.ben.customer_group_ids, self.students + self.retail)
        self.assertFalse(self.dora.customer_group_ids)
        self.assertLedger()

    def test_move_to_where_they_are(self):
        form = self.open(self.anna + self.ben, mode="move")
        form.from_group_ids.add(self.wholesale)
        form.from_group_ids.add(self.students)
        form.group_ids.add(self.wholesale)
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(self.ben.customer_group_ids, self.wholesale)
        self.assertEqual(wizard.removed, 1)
        self.assertLedger()

    def test_all_that_match(self):
        """The client sends a limited number of ids, and the domain beside them."""
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", 2)
        domain = [("name", "in", ["Anna", "Ben", "Cleo", "Dora"])]
        form = self.open(self.anna + self.ben, active_domain=domain)
        self.assertEqual(form.selected_count, 4)
        form = self.open(self.anna, active_domain=domain)
        self.assertEqual(form.selected_count, 1)

    def test_archived_contacts_that_the_list_has_shown(self):
        found = self.ben + self.cleo + self.dora
        (self.ben + self.cleo).action_archive()
        form = self.open(found)
        form.group_ids.add(self.retail)
        self.assertEqual((form.selected_count, form.change_count), (3, 3))
        form.save().action_apply()
        self.env.invalidate_all()
        for partner in found:
            self.assertIn(self.retail, partner.customer_group_ids)
        self.assertLedger()

    def test_all_that_match_are_those_of_the_list(self):
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", 1)
        (self.ben + self.cleo).action_archive()
        domain = ["|", ("id", "in", self.mine.ids), ("name", "=", "Nobody")]
        for leaf, active_test, found in [
            ([], True, self.anna + self.dora),
            ([("active", "=", False)], True, self.ben + self.cleo),
            ([], False, self.mine),
        ]:
            self.mine.customer_group_ids = False
            shown = self.Partner.with_context(active_test=active_test)
            self.assertEqual(shown.search(domain + leaf), found)
            form = self.open(
                found, active_domain=domain + leaf, active_test=active_test
            )
            form.group_ids.add(self.retail)
            self.assertEqual(form.selected_count, len(found))
            wizard = form.save().with_context(active_test=True)  # a request of its own
            wizard.action_apply()
            self.env.invalidate_all()
            members = self.mine.filtered("customer_group_ids")
            self.assertEqual(members, found)

    def test_contacts_one_may_not_change_are_left_alone(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.cleo.company_id = other
        self.env["ir.rule"].create(
            {
                "name": "Ben is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.ben.id)],
                "perm_read": False,
            }
        )
        form = self.open(self.ben + self.cleo + self.dora)
        form.group_ids.add(self.retail)
        self.assertEqual(
            (form.selected_count, form.change_count, form.forbidden_count), (2, 1, 1)
        )
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual((wizard.added, wizard.operation_id.skipped), (1, 1))
        self.assertEqual(self.retail.direct_member_count, 1)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.open(self.dora, user=self.reader)
        self.students.assign_policy = "manager"
        wizard = (
            self.env["customer.group.assign"]
            .with_user(self.assigner)
            .create(
                {
                    "partner_domain": repr([("id", "=", self.dora.id)]),
                    "group_ids": self.students.ids,
                }
            )
        )
        with self.assertRefused(UserError, "Only managers"):
            wizard.action_apply()
        self.assertFalse(self.dora.customer_group_ids)

    def test_tampered_selection(self):
        for domain in ("__import__('os')", "[('no_such_field', '=', 1)]", "{", "1"):
            wizard = (
                self.env["customer.group.assign"]
                .with_user(self.assigner)
                .create({"partner_domain": domain, "group_ids": self.students.ids})
            )
            with self.subTest(domain), self.assertRaises(UserError):
                wizard.action_apply()

    def test_bad_input(self):
        with self.assertRefused(UserError, "Choose the groups first"):
            wizard = self.env["customer.group.assign"].with_user(self.assigner)
            wizard.create({"partner_domain": "[]"}).action_apply()
        dora = self.dora
        form = self.open(dora)
        form.group_ids.add(self.students)
        wizard = form.save()
        dora.unlink()
        with self.assertRefused(UserError, "None of these contacts exists"):
            wizard.action_apply()
        self.retail.action_archive()
        wizard = self.env["customer.group.assign"].with_user(self.assigner)
        wizard = wizard.create(
            {
                "partner_domain": repr([("id", "=", self.cleo.id)]),
                "group_ids": self.retail.ids,
            }
        )
        with self.assertRefused(UserError, "is archived"):
            wizard.action_apply()
        self.assertLedger()

    def test_companies(self):
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        local = self.create_group("Local", company_id=here.id)
        self.dora.company_id = there
        self.assigner.company_ids += here + there
        form = self.open(
            self.dora + self.cleo,
            allowed_company_ids=(self.env.company + here + there).ids,
        )
        form.group_ids.add(local)
        wizard = form.save()
        with self.assertRefused(
            UserError, "Dora belongs to B and cannot be in “Local”"
        ):
            wizard.action_apply()

    def test_queries_do_not_grow_with_the_contacts(self):
        partners = self.Partner.create([{"name": f"Contact {i}"} for i in range(400)])
        for some in (partners[:2], partners):
            form = self.open(some)
            form.group_ids.add(self.retail)
            wizard = form.save()
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(30):
                wizard.action_apply()

    # ------------------------------------------------------------
    # FROM INSIDE A GROUP
    # ------------------------------------------------------------

    def test_buttons_of_the_members(self):
        def flags(group, user):
            context = self.as_user(group, user).action_view_members()["context"]
            return context["customer_group_reserved"], context["customer_group_closed"]

        self.assertEqual(flags(self.retail, self.assigner), (False, False))
        self.assertEqual(flags(self.retail, self.reader), (True, True))
        self.retail.action_archive()
        self.assertEqual(flags(self.retail, self.assigner), (False, True))
        self.students.assign_policy = "manager"
        self.assertEqual(flags(self.students, self.assigner), (True, True))
        self.assertEqual(flags(self.students, self.manager), (False, False))

    def test_remove_from_subgroups_as_well(self):
        everybody = self.anna + self.ben + self.cleo + self.dora
        form = self.open(
            everybody,
            mode="remove",
            default_group_ids=self.wholesale.ids,
            default_include_subgroups=True,
        )
        self.assertEqual(form.subgroup_ids[:], self.wholesale_eu)
        self.assertEqual((form.change_count, form.already_count), (3, 1))
        form.include_subgroups = False
        self.assertEqual((form.change_count, form.already_count), (2, 2))
        form.include_subgroups = True
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual((wizard.removed, wizard.operation_id.skipped), (4, 1))
        self.assertEqual(self.wholesale.member_count, 0)
        self.assertEqual(self.ben.customer_group_ids, self.students)
        wizard.action_undo()
        self.env.invalidate_all()
        self.assertEqual(self.wholesale.member_count, 3)
        self.assertLedger()

    def test_subgroups_that_concern_nobody_are_left_out(self):
        """Reserved or not: only the subgroups matter that somebody is in."""
        self.wholesale_eu.assign_policy = "manager"
        values = {
            "mode": "remove",
            "default_group_ids": self.wholesale.ids,
            "default_include_subgroups": True,
        }
        form = self.open(self.ben, **values)
        self.assertFalse(form.subgroup_ids[:])
        form.save().action_apply()
        self.assertNotIn(self.wholesale, self.ben.customer_group_ids)
        wizard = self.open(self.anna, **values).save()
        with self.assertRefused(AccessError, "who is in “Trade / Wholesale / EU”"):
            wizard.action_apply()
        self.assertIn(self.wholesale, self.anna.customer_group_ids)

    def test_hidden_subgroups_keep_their_members(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", self.wholesale, company_id=other.id)
        self.ben.write(self.put_into(secret))
        wizard = self.open(
            self.as_user(self.ben, self.assigner),
            mode="remove",
            default_group_ids=self.wholesale.ids,
            default_include_subgroups=True,
        ).save()
        self.assertFalse(wizard.subgroup_ids)
        wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.ben.customer_group_ids, self.students + secret)

    # ------------------------------------------------------------
    # OTHER USERS MEANWHILE
    # ------------------------------------------------------------

    def test_contacts_can_be_saved_meanwhile(self):
        """The transaction that changes groups holds no lock that a save waits for."""
        contact = self.env.ref("base.main_partner")
        form = self.open(contact, user=self.env.user)
        form.group_ids.add(self.retail)
        form.save().action_apply()
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SET LOCAL lock_timeout = '500ms'")
            other.execute(
                "UPDATE res_partner SET name = name, write_date = now() WHERE id = %s",
                [contact.id],
            )
            self.assertEqual(other.rowcount, 1)
            other.rollback()
