# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import EDITOR
from .test_selection import SelectionCommon


@tagged("post_install", "-at_install")
class TestSelectionRights(SelectionCommon):
    """Who sees, uses and changes which selections, with real users."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user(
            "colleague", f"{EDITOR},customer_group.group_assign"
        )

    def test_plain_user(self):
        selection = self.create_selection(("any", self.trade), is_shared=True)
        other = self.as_user(selection, self.reader)
        partners = self.Partner.with_user(self.reader)
        for task in (
            lambda: other.read(["name"]),
            lambda: other.search([]),
            other.action_open_partners,
            other.action_freeze,
            lambda: other.create({"name": "Mine"}),
            lambda: partners.search(selection._get_partner_domain()),
            lambda: partners.search([("customer_group_selection_id", "ilike", "i")]),
            lambda: partners.search([("customer_group_snapshot_ids", "=", 1)]),
            lambda: other.env["customer.group.selection.use"].create(
                {"selection_id": selection.id, "purpose": "mail"}
            ),
            lambda: other.env["customer.group.selection.snapshot"].search([]),
            lambda: other.env["customer.group.selection.line"].search([]),
        ):
            with self.assertRaises(AccessError):
                task()

    def test_private(self):
        selection = self.create_selection(("any", self.trade))
        other = self.as_user(selection, self.colleague)
        self.assertFalse(other.search([]))
        for task in (
            lambda: other.read(["name"]),
            lambda: other.write({"name": "Mine"}),
            other.unlink,
            other.action_draw,
            other.action_freeze,
            lambda: other.line_ids.browse(selection.line_ids.ids).read(["mode"]),
            lambda: other.line_ids.browse(selection.line_ids.ids).unlink(),
        ):
            with self.assertRaises(AccessError):
                task()
        with self.assertRefused(UserError, "may not see it"):
            self.find(other)

    def test_shared(self):
        selection = self.create_selection(("any", self.trade), is_shared=True)
        other = self.as_user(selection, self.colleague)
        self.assertFinds(other, self.anna + self.ben + self.cleo)
        self.assertFalse(other.can_edit)
        line = {"mode": "any", "group_id": self.private.id}
        for task in (
            lambda: other.write({"name": "Mine"}),
            lambda: other.write({"user_id": self.colleague.id}),
            lambda: other.write({"line_ids": [Command.create(line)]}),
            lambda: other.line_ids.write({"mode": "exclude"}),
            lambda: other.line_ids.unlink(),
            lambda: other.line_ids.create(line | {"selection_id": selection.id}),
            other.unlink,
        ):
            with self.assertRaises(AccessError):
                task()
        self.assertEqual(len(selection.line_ids), 1)
        copy = other.copy()
        self.assertEqual(copy.user_id, self.colleague)
        self.assertEqual(copy.line_ids.group_id, self.trade)

    def test_manager(self):
        selection = self.create_selection(("any", self.trade))
        other = self.as_user(selection, self.manager)
        other.line_ids.mode = "exclude"
        other.name = "Changed"
        self.assertEqual(other.user_id, self.assigner)
        other.unlink()

    def test_made_for_somebody_else(self):
        with self.assertRaises(AccessError):
            self.create_selection(("any", self.trade), user_id=self.colleague.id)

    def test_shared_of_a_private_one(self):
        one = self.create_selection(("any", self.trade), name="One")
        with self.assertRefused(ValidationError, "is shared and uses “One”"):
            self.create_selection(("any", one), is_shared=True)
        one.is_shared = True
        self.create_selection(("any", one), is_shared=True)
        with self.assertRefused(ValidationError, "is shared and uses “One”"):
            one.is_shared = False

    def test_of_a_selection_one_may_not_see(self):
        """The other one became private by another way than the form."""
        one = self.create_selection(("any", self.trade), is_shared=True)
        two = self.create_selection(("exclude", one), is_shared=True)
        self.env.cr.execute(
            "UPDATE customer_group_selection SET is_shared = FALSE WHERE id = %s",
            (one.id,),
        )
        other = self.as_user(two, self.colleague)
        self.assertIn("another one that you may not see", other.obstacle)
        with self.assertRefused(UserError, "another one that you may not see"):
            self.find(other)
        self.assertFalse(other.line_ids)
        forged = {"name": "Forged", "line_ids": [Command.create({"other_id": one.id})]}
        with self.assertRaises(AccessError):
            other.create(forged)

    def test_conditions_on_secrets(self):
        """A user cannot find out by a selection what he may not read."""
        field = self.env["ir.model.fields"]._get("res.partner", "ref")
        self.assertTrue(field)
        self.patch(
            self.env.registry["res.partner"]._fields["ref"],
            "groups",
            "base.group_system",
        )
        with self.assertRefused(ValidationError, "may not read"):
            self.create_selection(domain="[('ref', '=', 'secret')]")
        selection = self.create_selection(
            ("any", self.trade),
            domain="[('ref', '=', False)]",
            user=self.env.ref("base.user_admin"),
            is_shared=True,
        )
        other = self.as_user(selection, self.colleague)
        self.assertTrue(other.obstacle)
        with self.assertRaises(AccessError):
            self.find(other)

    def test_contacts_one_may_not_see(self):
        """Numbers and lists follow the rules of the contacts of who looks."""
        self.env["ir.rule"].create(
            {
                "name": "Ben is not to be seen",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.ben.id)],
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.env.registry.clear_cache()
        selection = self.create_selection(("any", self.trade), is_shared=True)
        self.assertFinds(selection, self.anna + self.cleo)
        capped = self.create_selection(
            ("any", self.trade), cap_mode="name", cap_count=2
        )
        self.assertFinds(capped, self.anna + self.cleo)

    def test_snapshots_are_closed(self):
        selection = self.create_selection(("any", self.trade), is_shared=True)
        snapshot = selection._freeze("freeze", selection._get_domain(), "Fair")
        other = self.as_user(snapshot, self.colleague)
        self.assertEqual(other.count, 3)
        dora = self.dora.with_user(self.assigner)
        for task in (
            lambda: snapshot.write({"count": 5}),
            lambda: snapshot.create({"name": "Forged", "purpose": "mail"}),
            lambda: dora.write(
                {"customer_group_snapshot_ids": [Command.link(snapshot.id)]}
            ),
            lambda: dora.create(
                {
                    "name": "Emil",
                    "customer_group_snapshot_ids": [Command.link(snapshot.id)],
                }
            ),
            other.unlink,
        ):
            with self.assertRaises(AccessError):
                task()
        found = self.Partner.with_user(self.assigner).search(
            snapshot._get_partner_domain()
        )
        self.assertEqual(found.sudo(), self.anna + self.ben + self.cleo)
        selection.is_shared = False
        other = self.as_user(snapshot, self.colleague)
        with self.assertRefused(UserError, "may not see it"):
            self.Partner.with_user(self.colleague).search(other._get_partner_domain())


@tagged("post_install", "-at_install")
class TestSelectionCompanies(SelectionCommon):
    """Groups of another company never leak, and never change who is meant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here, cls.there = cls.env["res.company"].create(
            [{"name": "Here"}, {"name": "There"}]
        )
        rights = f"{EDITOR},customer_group.group_assign,base.group_multi_company"
        cls.here_user, cls.there_user = (
            cls.create_user(
                company.name.lower(),
                rights,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for company in (cls.here, cls.there)
        )
        cls.secret = cls.create_group("Secret", cls.trade, company_id=cls.there.id)
        cls.dora.customer_group_ids = cls.secret

    def test_group_of_another_company(self):
        for mode in ("any", "every", "exclude"):
            selection = self.create_selection(
                ("any", self.trade, False),
                (mode, self.secret),
                user=self.there_user,
                is_shared=True,
            )
            other = self.as_user(selection, self.here_user)
            self.assertIn("groups that you may not see", other.obstacle)
            self.assertFalse(other.waterfall)
            self.assertNotIn(
                "Secret",
                str(
                    other.web_read(
                        {
                            "line_ids": {
                                "fields": {"group_id": {"fields": {"display_name": {}}}}
                            },
                            "obstacle": {},
                        }
                    )
                ),
            )
            with self.assertRefused(UserError, "groups that you may not see"):
                self.find(other)
            for task in (other.action_open_partners, other.action_send_mail):
                with self.assertRefused(UserError, "groups that you may not see"):
                    task()
            form = Form(other)
            self.assertIn("groups that you may not see", form.obstacle)

    def test_group_of_another_company_while_editing(self):
        """The line is neither shown nor lost when the owner edits the others."""
        selection = self.create_selection(
            ("any", self.students), ("exclude", self.secret), user=self.there_user
        )
        self.there_user.write(
            {"company_ids": [Command.set(self.here.ids)], "company_id": self.here.id}
        )
        selection = self.as_user(selection, self.there_user)
        with Form(selection) as form:
            self.assertEqual(len(form.line_ids), 1)
            form.name = "Changed"
            with form.line_ids.new() as line:
                line.group_id = self.wholesale
            self.assertIn("groups that you may not see", form.obstacle)
        self.assertEqual(len(self.as_user(selection, self.env.user).line_ids), 3)

    def test_subgroup_of_another_company(self):
        """It is left out of what is included, but not silently of what is excluded."""
        selection = self.create_selection(("any", self.trade), user=self.here_user)
        self.assertFinds(selection, self.anna + self.ben + self.cleo)
        self.assertIn("Some subgroups of Trade", selection.notice)
        self.assertNotIn("Secret", selection.notice)
        selection = self.create_selection(
            ("any", self.students), ("exclude", self.trade), user=self.here_user
        )
        self.assertIn("groups that you may not see", selection.obstacle)
        inner = self.create_selection(("any", self.trade), user=self.here_user)
        selection = self.create_selection(
            ("any", self.students), ("exclude", inner), user=self.here_user
        )
        self.assertIn("groups that you may not see", selection.obstacle)
        seeing = self.create_selection(("any", self.trade), user=self.there_user)
        self.assertFinds(seeing, self.mine)

    def test_condition_on_a_group_of_another_company(self):
        domain = repr([("customer_group_ids", "not in", self.secret.ids)])
        with self.assertRefused(ValidationError, "may not read|cannot see"):
            self.create_selection(domain=domain, user=self.here_user)
        selection = self.create_selection(
            ("any", self.trade), domain=domain, user=self.there_user, is_shared=True
        )
        self.assertFinds(selection, self.anna + self.ben + self.cleo)
        other = self.as_user(selection, self.here_user)
        self.assertTrue(other.obstacle)
        with self.assertRaises(UserError):
            self.find(other)

    def test_forged_line(self):
        values = self.prepare_line("any", self.secret)
        with self.assertRaises(AccessError):
            self.create_selection(
                line_ids=[Command.create(values)], user=self.here_user
            )
        selection = self.create_selection(("any", self.trade), user=self.here_user)
        selection.line_ids.write({"group_id": self.secret.id})
        selection = self.as_user(selection, self.here_user)
        self.assertFalse(selection.line_ids)
        self.assertIn("groups that you may not see", selection.obstacle)

    def test_selection_of_a_company(self):
        self.anna.company_id = self.here
        self.ben.company_id = self.there
        (self.wholesale + self.students).company_id = False
        both = self.create_user(
            "both",
            f"{EDITOR},customer_group.group_assign,base.group_multi_company",
            company_id=self.here.id,
            company_ids=[Command.set((self.here + self.there).ids)],
        )
        selection = self.create_selection(
            ("any", self.wholesale), company_id=self.here.id, is_shared=True, user=both
        )
        self.assertFinds(selection, self.anna + self.cleo)
        with self.assertRaises(AccessError):
            self.as_user(selection, self.there_user).read(["name"])
        self.assertEqual(self.as_user(selection, self.here_user).contact_count, 2)
