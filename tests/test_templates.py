# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools import naming
from .common import CustomerGroupCommon

KINDS = ("classic", "b2b", "b2c")


@tagged("post_install", "-at_install")
class TestTemplates(CustomerGroupCommon):
    """Groups from templates: preview, result, again, rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Template = cls.env["customer.group.template"]
        cls.size = cls.env.ref("customer_group.template_b2b_size")
        cls.region = cls.env.ref("customer_group.template_classic_region")
        cls.gender = cls.env.ref("customer_group.template_b2c_gender")

    def open(self, user=None, **context):
        wizard = self.env["customer.group.add.template"].with_user(user or self.manager)
        return wizard.with_context(**context)

    def lines(self, wizard):
        return wizard.classic_line_ids + wizard.b2b_line_ids + wizard.b2c_line_ids

    def line(self, wizard, template):
        return self.lines(wizard).filtered(lambda line: line.template_id == template)

    def prepare(self, *templates, user=None, **values):
        wizard = self.open(user).create(values)
        for template in templates:
            self.line(wizard, template).chosen = True
        return wizard

    def apply(self, *templates, **values):
        wizard = self.prepare(*templates, **values)
        wizard.action_apply()
        self.env.invalidate_all()
        return wizard

    def group_of(self, template):
        return self.Group.with_context(active_test=False).search(
            [("template_id", "=", template.id)]
        )

    # ------------------------------------------------------------
    # CONTENT
    # ------------------------------------------------------------

    def test_content(self):
        dimensions = self.Template.search([("parent_id", "=", False)])
        self.assertEqual(
            [len(dimensions.filtered(lambda d, k=k: d.kind == k)) for k in KINDS],
            [8, 10, 10],
        )
        for dimension in dimensions:
            with self.subTest(dimension.name):
                self.assertTrue(dimension.description)
                self.assertIn(len(dimension.child_ids), range(3, 7))
        for template in dimensions + dimensions.child_ids:
            self.Group._validate_name(template.name)
            self.assertIn(template.color, range(1, 12))
        # All of them can be had at once, below the same group.
        names = [naming.normalize_name(name) for name in dimensions.mapped("name")]
        self.assertEqual(len(set(names)), len(names))

    # ------------------------------------------------------------
    # ADD
    # ------------------------------------------------------------

    def test_preview_and_result(self):
        form = Form(self.open())
        self.assertFalse(form.new_count)
        index = self.lines(self.open().create({})).template_id.ids.index(self.size.id)
        index -= len(form.classic_line_ids)
        with form.b2b_line_ids.edit(index) as line:
            self.assertEqual((line.template_id, line.status), (self.size, "new"))
            line.chosen = True
        self.assertEqual((form.new_count, form.present_count), (4, 0))
        with form.b2b_line_ids.edit(index) as line:
            line.group_template_ids.remove(self.size.child_ids[2].id)
        self.assertEqual(form.new_count, 3)
        form.parent_id = self.trade
        wizard = form.save()
        action = wizard.action_apply()
        self.assertEqual(action["res_id"], wizard.id)
        self.env.invalidate_all()
        self.assertEqual((wizard.created_count, wizard.found_count), (3, 0))
        size = self.group_of(self.size)
        self.assertEqual(size.complete_name, "Trade / Company size")
        self.assertEqual(size.color, self.size.color)
        self.assertEqual(size.description, self.size.description)
        self.assertEqual(size.user_id, self.manager)
        # In the order of the templates, not of the alphabet.
        self.assertEqual(
            size.child_ids.sorted("sort_key").mapped("name"),
            ["Small company", "Medium-sized company"],
        )
        self.assertEqual(size.child_ids[0].description[:14], "Fewer than 50 ")
        self.assertEqual(set(size.child_ids.mapped("color")), {size.color})
        opened = self.Group.search(wizard.action_open_groups()["domain"])
        self.assertEqual(opened, size + size.child_ids)
        with self.assertRefused(UserError, "created already"):
            wizard.action_apply()

    def test_all(self):
        count = self.Template.search_count([])
        wizard = self.apply(*self.Template.search([("parent_id", "=", False)]))
        self.assertEqual(wizard.created_count, count)
        self.assertEqual(self.Group.search_count([("template_id", "!=", False)]), count)

    def test_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        small = self.size.child_ids[0]
        for template, name, description in (
            (self.size, "Taille", "Combien d’employés ?"),
            (small, "Petite entreprise", "Moins de 50."),
        ):
            template = template.with_context(lang="fr_FR")
            template.write({"name": name, "description": description})
        self.apply(self.size, user=self.manager)
        group = self.group_of(small)
        self.assertEqual(group.name, "Small company")
        self.assertEqual(group.complete_name, "Company size / Small company")
        group = group.with_context(lang="fr_FR")
        self.assertEqual(group.complete_name, "Taille / Petite entreprise")
        self.assertEqual(group.description, "Moins de 50.")

    # ------------------------------------------------------------
    # AGAIN
    # ------------------------------------------------------------

    def test_again(self):
        """Found again wherever they are, whatever they are called; nothing changes."""
        self.apply(self.size, self.region)
        size = self.group_of(self.size)
        size.write({"name": "Staff", "parent_id": self.trade.id, "description": "Own"})
        size.child_ids[0].color = 9
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.Group.search([]).read()
        wizard = self.prepare(self.size, self.region)
        self.assertEqual((wizard.new_count, wizard.present_count), (0, 10))
        self.assertEqual(self.line(wizard, self.size).status, "exists")
        wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual((wizard.created_count, wizard.found_count), (0, 10))
        self.assertEqual(self.Group.search([]).read(), before)

    def test_what_was_deleted_comes_again(self):
        self.apply(self.size)
        self.group_of(self.size.child_ids[1]).unlink()
        wizard = self.prepare(self.size)
        self.assertEqual(self.line(wizard, self.size).status, "partly")
        wizard.action_apply()
        self.assertEqual((wizard.created_count, wizard.found_count), (1, 3))

    def test_group_of_the_same_name(self):
        own = self.create_group("REGION", description="Our own", color=1)
        europe = self.create_group("europe", own)
        wizard = self.prepare(self.region)
        self.assertEqual((wizard.new_count, wizard.present_count), (4, 2))
        wizard.action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.group_of(self.region), own)
        self.assertEqual((own.name, own.description), ("REGION", "Our own"))
        self.assertIn(europe, own.child_ids)
        self.assertEqual(len(own.child_ids), 5)
        self.assertEqual(set((own.child_ids - europe).mapped("color")), {1})
        # Below another group it is linked, so it is found again.
        wizard = self.prepare(self.region, parent_id=self.trade.id)
        self.assertEqual((wizard.new_count, wizard.present_count), (0, 6))

    def test_archived(self):
        self.apply(self.size)
        self.group_of(self.size).action_archive()
        wizard = self.prepare(self.size)
        self.assertEqual(self.line(wizard, self.size).status, "archived")
        self.assertFalse(wizard.new_count)
        with self.assertRefused(UserError, "Switch on at least one"):
            wizard.action_apply()
        self.assertFalse(self.group_of(self.size).active)

    def test_template_that_goes_leaves_its_group(self):
        self.apply(self.gender)
        group = self.group_of(self.gender)
        self.gender.child_ids.unlink()
        self.gender.unlink()
        self.env.invalidate_all()
        self.assertTrue(group.exists())
        self.assertFalse(group.template_id)

    # ------------------------------------------------------------
    # RIGHTS, COMPANIES, BAD INPUT
    # ------------------------------------------------------------

    def test_only_managers(self):
        wizard = self.prepare(self.size)
        for user in (self.reader, self.assigner, self.creator, self.portal):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self.open(user).create({})
                with self.assertRaises(AccessError):
                    self.as_user(wizard, user).action_apply()
                with self.assertRaises(AccessError):
                    self.as_user(self.size, user).read(["name"])
                with self.assertRaises(AccessError):
                    self.as_user(self.wholesale, user).read(["template_id"])
        with self.assertRaises(AccessError):
            self.as_user(self.size, self.manager).name = "Mine"
        self.assertFalse(self.group_of(self.size))

    def test_companies(self):
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        self.manager.company_ids += here + there
        ours = self.create_group("Ours", company_id=here.id)
        theirs = self.create_group("Theirs", company_id=there.id)
        self.apply(self.size, parent_id=ours.id)
        self.assertEqual(self.group_of(self.size).company_id, here)
        # The other company gets its own.
        manager = self.open().with_context(allowed_company_ids=there.ids)
        wizard = manager.create({"parent_id": theirs.id})
        self.line(wizard, self.size).chosen = True
        self.assertEqual(wizard.new_count, 4)
        wizard.action_apply()
        self.assertEqual(self.group_of(self.size).company_id, here + there)
        # A hidden group of the same name in the same place is in nobody's way.
        hidden = self.create_group("Region", company_id=here.id)
        wizard = manager.create({})
        self.line(wizard, self.region).chosen = True
        self.assertEqual((wizard.new_count, wizard.present_count), (6, 0))
        wizard.action_apply()
        self.assertFalse(hidden.child_ids)
        self.assertEqual(self.group_of(self.region).name, "Region (2)")

    def test_bad_input(self):
        with self.assertRefused(UserError, "Switch on at least one"):
            self.prepare().action_apply()
        self.students.action_archive()
        wizard = self.prepare(self.size, parent_id=self.students.id)
        with self.assertRefused(UserError, "is archived"):
            wizard.action_apply()
        hidden = self.create_group(
            "Hidden", company_id=self.env["res.company"].create({"name": "B"}).id
        )
        with self.assertRaises(AccessError):
            self.prepare(self.size, parent_id=hidden.id).action_apply()
        # A program mixes groups of two dimensions: each goes where it was asked for.
        wizard = self.prepare(self.size)
        self.line(wizard, self.size).group_template_ids = [
            Command.set(self.gender.child_ids.ids)
        ]
        wizard.action_apply()
        self.assertEqual(wizard.created_count, 4)

    def test_queries_do_not_grow(self):
        """Neither with the templates nor with the groups that are there."""
        dimensions = self.Template.search([("parent_id", "=", False)])
        self.apply(self.region)  # whatever is cached for good
        counts = []
        for templates, others in (
            (self.size, 10),
            (dimensions - self.size - self.region, 1000),
        ):
            self.Group.create([{"name": f"{others} {i}"} for i in range(others)])
            wizard = self.prepare(*templates, with_rules=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard.action_apply()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 10, counts)

    # ------------------------------------------------------------
    # FIRST STEPS
    # ------------------------------------------------------------

    def test_help_where_there_are_no_groups(self):
        for user, create, load in (
            (self.reader, False, False),
            (self.assigner, False, False),
            (self.creator, True, False),
            (self.manager, True, True),
        ):
            with self.subTest(user.login):
                actions = self.env["ir.actions.act_window"].with_user(user)
                text = actions._for_xml_id("customer_group.customer_group_action")[
                    "help"
                ]
                self.assertIs("o_customer_group_create" in text, create)
                self.assertIs("customer_group_load_template" in text, load)
                self.assertIs("Ask a manager" in text, not create)

    # ------------------------------------------------------------
    # RULES
    # ------------------------------------------------------------

    def test_rules(self):
        """Every rule is valid, for a real manager, and finds whom it is to find."""
        austria = self.env.ref("base.at").id
        hospitality = self.env.ref("base.res_partner_industry_I").id
        self.dora.write({"is_company": True, "lang": "en_US", "country_id": austria})
        self.dora.industry_id = hospitality
        dimensions = self.Template.search([("child_ids.rule_domain", "!=", False)])
        self.assertEqual(len(dimensions), 6)
        self.apply(*dimensions)
        groups = self.Group.search([("use_rule", "=", True)])
        templates = self.Template.search([("rule_domain", "!=", False)])
        self.assertEqual(groups.template_id, templates)
        order, cycle = self.Group._get_rule_order()
        self.assertEqual((len(order), len(cycle)), (len(groups), 0))
        for group in order:
            group._run_rule()
            self.assertEqual(group.rule_state, "done", group.rule_message)
        self.assertEqual(
            self.dora.customer_group_ids.mapped("name"),
            ["Business", "Europe", "Hospitality", "English", "New contact"],
        )
        exclusive = self.group_of(self.region)
        self.assertTrue(exclusive.is_exclusive)

    def test_without_rules(self):
        self.apply(self.region, with_rules=False)
        self.assertFalse(self.Group.search([("use_rule", "=", True)]))
