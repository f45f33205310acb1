# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestSettings(CustomerGroupCommon):
    """What an administrator decides for everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.create_user("administrator", "base.group_system")
        cls.editors = cls.env.ref("base.group_partner_manager")
        cls.roles = {
            role: cls.env.ref(f"customer_group.group_{role}")
            for role in ("assign", "create", "manager")
        }

    def open(self):
        self.env.invalidate_all()
        return Form(self.env["res.config.settings"].with_user(self.administrator))

    def change(self, **values):
        form = self.open()
        for name, value in values.items():
            form[name] = value
        form.save().execute()
        self.env.invalidate_all()

    def may(self, user, role):
        return user.has_group(f"customer_group.group_{role}")

    def test_who_may_assign(self):
        self.assertEqual(self.open().customer_group_assigners, "named")
        self.assertFalse(self.may(self.reader, "assign"))
        self.change(customer_group_assigners="editors")
        self.assertEqual(self.open().customer_group_assigners, "editors")
        self.assertTrue(self.may(self.reader, "assign"))
        dora = self.as_user(self.dora, self.reader)
        dora.write(self.put_into(self.retail))
        self.change(customer_group_assigners="named")
        dora = self.as_user(self.dora, self.reader)
        with self.assertRaises(AccessError):
            dora.write(self.take_out_of(self.retail))
        self.assertTrue(self.may(self.assigner, "assign"))

    def test_who_may_create(self):
        self.change(customer_group_creators="editors")
        self.assertTrue(self.may(self.reader, "create"))
        self.assertFalse(self.may(self.reader, "manager"))
        self.change(customer_group_creators="named")
        self.assertFalse(self.may(self.reader, "create"))
        self.assertTrue(self.may(self.creator, "create"))

    def test_who_may_create_may_assign(self):
        form = self.open()
        form.customer_group_creators = "editors"
        self.assertEqual(form.customer_group_assigners, "editors")
        form.customer_group_assigners = "named"
        self.assertEqual(form.customer_group_creators, "named")
        # One program that sends both: the right to create brings the other.
        self.env["res.config.settings"].with_user(self.administrator).create(
            {"customer_group_creators": "editors", "customer_group_assigners": "named"}
        ).execute()
        self.assertEqual(self.open().customer_group_assigners, "editors")

    def test_roles_keep_what_they_imply(self):
        """Taking a right away from all does not take the role apart."""
        self.editors.implied_ids += self.roles["manager"]
        self.change(customer_group_creators="named", customer_group_assigners="named")
        for role in self.roles:
            self.assertFalse(self.may(self.reader, role))
            self.assertTrue(self.may(self.manager, role))
        self.assertTrue(self.may(self.creator, "assign"))

    def test_role_through_a_group_between(self):
        between = self.env["res.groups"].create(
            {"name": "Sales", "implied_ids": [Command.link(self.roles["assign"].id)]}
        )
        self.editors.implied_ids += between
        self.assertEqual(self.open().customer_group_assigners, "editors")
        self.change(customer_group_assigners="named")
        self.assertFalse(self.may(self.reader, "assign"))
        self.assertIn(between, self.editors.implied_ids)

    def test_search_panel(self):
        for shown in (True, False, True):
            self.change(group_customer_group_search_panel=shown)
            self.assertIs(
                self.reader.has_group("customer_group.group_search_panel"), shown
            )
            self.assertIs(self.open().group_customer_group_search_panel, shown)
        self.assertFalse(self.portal.has_group("customer_group.group_search_panel"))

    def test_warn_of_nearly_the_same_name(self):
        groups = self.as_user(self.Group, self.creator)
        self.assertEqual(groups.get_similar("Whole sale")["id"], self.wholesale.id)
        self.change(customer_group_warn_similar=False)
        self.assertFalse(self.open().customer_group_warn_similar)
        groups = self.as_user(self.Group, self.creator)
        self.assertFalse(groups.get_similar("Whole sale"))
        self.assertEqual(groups.get_similar("wholesale")["id"], self.wholesale.id)
        form = Form(groups)
        form.name = "Whole sale"
        self.assertFalse(form.similar_id)
        self.change(customer_group_warn_similar=True)
        groups = self.as_user(self.Group, self.creator)
        self.assertTrue(groups.get_similar("Whole sale"))

    def test_nothing_changes_by_saving(self):
        before = {role: role.implied_ids for role in self.env["res.groups"].search([])}
        self.change()
        self.assertEqual(before, {role: role.implied_ids for role in before})

    def test_administrators_only(self):
        for user in (self.reader, self.creator, self.manager, self.portal):
            settings = self.env["res.config.settings"].with_user(user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                settings.create({"customer_group_assigners": "editors"}).execute()
        self.assertFalse(self.may(self.reader, "assign"))
