# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestSecurity(CustomerGroupCommon):
    """What each right allows, and that nothing goes around it."""

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def test_everybody_inside_sees_the_groups(self):
        trade = self.as_user(self.trade, self.reader)
        self.assertEqual(trade.display_name, "Trade")
        self.assertEqual(trade.member_count, 3)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models")
    def test_portal_sees_nothing(self):
        partner = self.portal.partner_id
        partner.customer_group_ids = self.students
        with self.assertRaises(AccessError):
            self.as_user(self.students, self.portal).read(["name"])
        partner = self.as_user(partner, self.portal)
        with self.assertRaises(AccessError):
            partner.read(["customer_group_ids"])
        for domain in (
            [("customer_group_ids", "in", self.students.ids)],
            [("customer_group_id", "child_of", self.private.id)],
            [("customer_group_ids.name", "=", "Students")],
        ):
            with self.assertRaises(AccessError):
                partner.search(domain)
        with self.assertRaises(AccessError):
            partner._read_group([], ["customer_group_ids"])
        self.assertNotIn("customer_group_ids", partner.fields_get())

    def test_create_needs_the_right(self):
        for user in (self.reader, self.assigner):
            group = self.Group.with_user(user)
            with self.assertRaises(AccessError):
                group.create({"name": "Mine"})
            with self.assertRaises(AccessError):
                group.name_create("Trade / Mine")
            with self.assertRaises(AccessError):
                self.Partner.with_user(user).create(
                    {
                        "name": "Gil",
                        "customer_group_ids": [Command.create({"name": "Mine"})],
                    }
                )
        self.assertFalse(self.Group.search([("name", "=", "Mine")]))

    def test_creator_changes_his_own_groups_only(self):
        group = self.Group.with_user(self.creator).create({"name": "Mine"})
        self.assertEqual(group.user_id, self.creator)
        group.write({"name": "Still mine", "color": 4, "parent_id": self.trade.id})
        with self.assertRaises(AccessError):
            self.as_user(self.trade, self.creator).name = "Taken"
        with self.assertRaises(AccessError):
            self.as_user(self.trade, self.creator).action_archive()
        self.trade.user_id = self.creator
        self.as_user(self.trade, self.creator).description = "Mine by ownership"

    def test_creator_does_not_delete(self):
        group = self.Group.with_user(self.creator).create({"name": "Mine"})
        with self.assertRaises(AccessError):
            group.unlink()
        group.action_archive()

    def test_creator_cannot_archive_what_others_put_below_his_group(self):
        group = self.Group.with_user(self.creator).create({"name": "Mine"})
        self.create_group("Of the manager", group, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self.as_user(group, self.creator).action_archive()

    def test_renaming_a_group_updates_subgroups_of_others(self):
        group = self.Group.with_user(self.creator).create({"name": "Mine"})
        below = self.create_group("Of the manager", group, user_id=self.manager.id)
        self.as_user(group, self.creator).name = "Renamed"
        self.env.flush_all()
        self.assertEqual(below.display_name, "Renamed / Of the manager")

    def test_who_may_assign_is_decided_by_managers(self):
        group = self.Group.with_user(self.creator)
        with self.assertRaises(AccessError):
            group.create({"name": "Mine", "assign_policy": "manager"})
        with self.assertRaises(AccessError):
            group.with_context(default_assign_policy="manager").create({"name": "Mine"})
        mine = group.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            mine.assign_policy = "manager"
        self.as_user(mine, self.manager).assign_policy = "manager"

    def test_manager_changes_everything(self):
        group = self.Group.with_user(self.creator).create({"name": "Mine"})
        group = self.as_user(group, self.manager)
        group.name = "Ours"
        group.unlink()

    # ------------------------------------------------------------
    # MEMBERS
    # ------------------------------------------------------------

    def test_assign_needs_the_right(self):
        """Every way to write the field is closed without it.

        Nested contacts are tested over HTTP: the ORM creates them as the user who
        began the transaction, which in this test is the superuser.
        """
        reader = self.reader
        dora = self.dora
        users = self.env["res.users"].with_user(self.reader).sudo(False)
        attempts = {
            "write": lambda: self.as_user(dora, reader).write(
                self.put_into(self.students)
            ),
            "set": lambda: self.as_user(self.ben, reader).write(
                {"customer_group_ids": [Command.clear()]}
            ),
            "create": lambda: self.Partner.with_user(reader).create(
                {"name": "Gil"} | self.put_into(self.students)
            ),
            "default": lambda: (
                self.Partner.with_user(reader)
                .with_context(default_customer_group_ids=self.students.ids)
                .create({"name": "Gil"})
            ),
            "copy": lambda: self.as_user(dora, reader).copy(
                {"customer_group_ids": [Command.set(self.students.ids)]}
            ),
            "user": lambda: users.browse(reader.id).write(self.put_into(self.students)),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError):
                attempt()
                self.env.flush_all()
        result = self.Partner.with_user(reader).load(
            ["name", "customer_group_ids"], [["Gil", "Trade / Wholesale"]]
        )
        self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertFalse(dora.customer_group_ids)
        self.assertFalse(self.Partner.search([("name", "=", "Gil")]))

    def test_without_the_right_contacts_can_still_be_edited(self):
        ben = self.as_user(self.ben, self.reader)
        self.assertTrue(
            ben.fields_get(["customer_group_ids"])["customer_group_ids"]["readonly"]
        )
        with Form(ben) as form:
            form.name = "Benjamin"
        self.assertEqual(ben.name, "Benjamin")
        self.assertEqual(ben.customer_group_ids, self.students + self.wholesale)

    def test_assigner_may_assign(self):
        dora = self.as_user(self.dora, self.assigner)
        self.assertFalse(
            dora.fields_get(["customer_group_ids"])["customer_group_ids"]["readonly"]
        )
        dora.write(self.put_into(self.students))
        dora.write(self.take_out_of(self.students))
        self.assertFalse(dora.customer_group_ids)

    def test_group_reserved_for_managers(self):
        self.students.assign_policy = "manager"
        self.as_user(self.dora, self.assigner).write(self.put_into(self.wholesale))
        with self.assertRefused(AccessError, "Only managers.*Private / Students"):
            self.as_user(self.dora, self.assigner).write(self.put_into(self.students))
        with self.assertRefused(AccessError, "Only managers"):
            self.as_user(self.ben, self.assigner).write(self.take_out_of(self.students))
        with self.assertRefused(AccessError, "Only managers"):
            self.Partner.with_user(self.assigner).create(
                {"name": "Gil"} | self.put_into(self.students)
            )
        self.as_user(self.ben, self.assigner).write(
            {"name": "Benjamin", "customer_group_ids": [Command.link(self.students.id)]}
        )
        self.as_user(self.ben, self.manager).write(self.take_out_of(self.students))

    def test_groups_offered_are_those_one_may_assign(self):
        self.students.assign_policy = "manager"
        for user, expected in [
            (self.reader, self.Group),
            (self.assigner, self.wholesale),
            (self.manager, self.students + self.wholesale),
        ]:
            groups = self.as_user(self.students + self.wholesale, user)
            found = groups.search([("can_assign", "=", True), ("id", "in", groups.ids)])
            self.assertEqual(found, expected)
            self.assertEqual(groups.filtered("can_assign"), expected)
            rest = groups.search([("can_assign", "=", False), ("id", "in", groups.ids)])
            self.assertEqual(rest, groups - expected)

    def test_server_code_is_not_held_up(self):
        self.students.assign_policy = "manager"
        self.as_user(self.dora, self.reader).sudo().write(self.put_into(self.students))
        self.assertEqual(self.dora.customer_group_ids, self.students)

    # ------------------------------------------------------------
    # HOW THE RIGHTS SHIP
    # ------------------------------------------------------------

    def test_rights_of_odoo_roles(self):
        admin = self.env.ref("base.group_system").all_implied_ids
        self.assertIn(self.env.ref("customer_group.group_manager"), admin)

    def test_setting_who_may_create(self):
        editor, create = (
            self.env.ref("base.group_partner_manager"),
            self.env.ref("customer_group.group_create"),
        )
        named = self.create_user("named", "base.group_user,customer_group.group_create")
        settings = self.env["res.config.settings"]
        for choice, allowed in (("editors", True), ("named", False)):
            settings.create({"customer_group_creators": choice}).execute()
            self.assertEqual(settings.create({}).customer_group_creators, choice)
            self.assertEqual(create in editor.all_implied_ids, allowed)
            self.assertEqual(
                self.Group.with_user(self.reader).has_access("create"), allowed
            )
            self.assertTrue(self.Group.with_user(named).has_access("create"))
