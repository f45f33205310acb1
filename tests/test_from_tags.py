# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestFromTags(CustomerGroupCommon):
    """Contact tags that become groups, with their tree, names and members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Tag = cls.env["res.partner.category"].with_context(active_test=False)
        cls.Tag.search([]).unlink()
        cls.trade_tag = cls.create_tag("Industry", color=4)
        cls.wood_tag = cls.create_tag("Wood", cls.trade_tag, color=0)
        cls.vip_tag = cls.create_tag("VIP", color=7)
        cls.old_tag = cls.create_tag("Fair 2019", active=False)
        cls.anna.category_id = cls.wood_tag + cls.vip_tag
        cls.ben.category_id = cls.vip_tag + cls.old_tag

    @classmethod
    def create_tag(cls, name, parent=None, **values):
        return cls.Tag.create(
            values | {"name": name, "parent_id": parent and parent.id}
        )

    def open(self, user=None, **values):
        wizard = self.env["customer.group.from.tags"].with_user(user or self.manager)
        self.env.flush_all()
        return wizard.create(
            {
                name: [Command.set(value.ids)] if name == "tag_ids" else value
                for name, value in values.items()
            }
        )

    def apply(self, **values):
        wizard = self.open(**values)
        wizard.action_apply()
        self.env.invalidate_all()
        self.assertLedger()
        return wizard

    def group_of(self, tag):
        groups = self.Group.with_context(active_test=False)
        return groups.search([("tag_ids", "in", tag.ids)])

    def preview(self, wizard):
        """Return {tag path: (group path, how, to add, to remove)}."""
        return {
            line.tag_path: (
                line.group_path,
                line.how,
                line.add_count,
                line.remove_count,
            )
            for line in wizard.line_ids
        }

    def get_line(self, wizard, tag_path):
        return wizard.line_ids.filtered(lambda line: line.tag_path == tag_path)

    def members(self, group):
        return self.Partner.with_context(active_test=False).search(
            [("customer_group_ids", "in", group.ids)]
        )

    # ------------------------------------------------------------
    # ONCE
    # ------------------------------------------------------------

    def test_all_tags(self):
        wizard = self.open(reason="No tags any more")
        self.assertEqual(
            self.preview(wizard),
            {
                "Industry": ("Industry", "new", 0, 0),
                "Industry / Wood": ("Industry / Wood", "new", 1, 0),
                "VIP": ("VIP", "new", 2, 0),
            },
        )
        self.assertEqual(
            (wizard.tag_count, wizard.new_count, wizard.add_count), (3, 3, 3)
        )
        self.assertFalse(wizard.remark_count)
        wizard.action_apply()
        self.assertEqual(
            (wizard.created_count, wizard.added, wizard.removed), (3, 3, 0)
        )
        operation = wizard.operation_id
        self.assertEqual((operation.kind, operation.user_id), ("add", self.manager))
        self.assertEqual(operation.reason, "From contact tags: No tags any more")
        industry, wood, vip = map(
            self.group_of, (self.trade_tag, self.wood_tag, self.vip_tag)
        )
        self.assertEqual(wood.parent_id, industry)
        self.assertEqual((industry.color, wood.color, vip.color), (4, 4, 7))
        self.assertEqual(self.members(vip), self.anna + self.ben)
        self.assertIn(self.wholesale, self.anna.customer_group_ids)
        self.assertEqual(self.anna.category_id, self.wood_tag + self.vip_tag)
        self.assertTrue(self.vip_tag.active)
        self.assertEqual(
            self.Group.search(wizard.action_open_groups()["domain"]),
            industry + wood + vip,
        )
        with self.assertRefused(UserError, "made already"):
            wizard.action_apply()
        self.assertLedger()

    def test_undo_leaves_the_groups(self):
        self.ben.active = False
        wizard = self.apply(with_archived=True)
        self.assertEqual(wizard.added, 4)
        wizard.action_undo()
        self.env.invalidate_all()
        self.assertEqual(wizard.operation_id.undone_by_id.removed, 4)
        self.assertFalse(wizard.can_undo)
        self.assertTrue(self.group_of(self.vip_tag))
        self.assertFalse(self.members(self.group_of(self.vip_tag)))
        self.assertLedger()

    def test_chosen_tags(self):
        context = {
            "active_model": "res.partner.category",
            "active_ids": self.trade_tag.ids,
        }
        wizards = self.env["customer.group.from.tags"].with_user(self.manager)
        form = Form(wizards.with_context(**context))
        self.assertEqual((form.scope, form.tag_count), ("chosen", 2))
        form.with_subtags = False
        self.assertEqual((form.tag_count, form.add_count), (1, 0))
        form.with_subtags = True
        form.parent_id = self.private
        wizard = form.save()
        self.assertEqual(
            self.preview(wizard),
            {
                "Industry": ("Private / Industry", "new", 0, 0),
                "Industry / Wood": ("Private / Industry / Wood", "new", 1, 0),
            },
        )
        wizard.action_apply()
        self.assertEqual(self.group_of(self.trade_tag).parent_id, self.private)
        self.assertFalse(self.group_of(self.vip_tag))

    def test_the_tag_above_is_not_chosen(self):
        oak = self.create_tag("Oak", self.wood_tag)
        self.apply(scope="chosen", tag_ids=self.trade_tag + oak, with_subtags=False)
        self.assertEqual(self.group_of(oak).complete_name, "Industry / Oak")
        pine = self.create_tag("Pine", self.wood_tag)
        self.apply(scope="chosen", tag_ids=pine)
        self.assertEqual(self.group_of(pine).complete_name, "Pine")

    def test_archived(self):
        """Archived tags become archived groups; archived contacts are members too."""
        self.cleo.write({"category_id": self.vip_tag.ids, "active": False})
        self.create_tag("Below", self.old_tag)
        wizard = self.apply(with_archived=True)
        self.assertIn("archived", wizard.line_ids.filtered("remarks")[0].remarks)
        old = self.group_of(self.old_tag)
        self.assertFalse(old.active or any(old.child_ids.mapped("active")))
        self.assertEqual(self.members(old), self.ben)
        self.assertIn(self.cleo, self.members(self.group_of(self.vip_tag)))
        # What somebody archived is left alone.
        self.group_of(self.vip_tag).action_archive()
        self.dora.category_id = self.vip_tag
        again = self.apply(mode="equal")
        self.assertIn("Unarchive", self.get_line(again, "VIP").remarks)
        self.assertEqual((again.added, again.removed), (0, 0))

    def test_archive_tags(self):
        self.apply(scope="chosen", tag_ids=self.vip_tag, archive_tags=True)
        self.assertFalse(self.vip_tag.active)
        self.assertTrue(self.trade_tag.active)
        self.assertEqual(len(self.members(self.group_of(self.vip_tag))), 2)

    # ------------------------------------------------------------
    # NAMES
    # ------------------------------------------------------------

    def test_bad_names(self):
        long = "Long " * 30
        tags = {
            name: self.create_tag(name)
            for name in ("Food/ drinks,,snacks", " , / ", long, long + "er", "víp")
        }
        self.dora.category_id = tags["víp"]
        self.anna.category_id += tags["víp"]
        wizard = self.open()
        lines = {line.tag_path: line for line in wizard.line_ids}
        self.assertEqual(wizard.remark_count, 5)
        self.assertIn("cut to 100", lines[long].remarks)
        self.assertEqual(lines["víp"].remarks, "Merged with “VIP”.")
        # Anna has both tags and joins once.
        self.assertEqual((lines["víp"].contact_count, lines["víp"].add_count), (2, 1))
        wizard.action_apply()
        self.assertEqual(wizard.added, wizard.add_count)
        self.assertEqual(wizard.created_count, wizard.tag_count - 1)
        names = {name: self.group_of(tag).name for name, tag in tags.items()}
        self.assertEqual(names["Food/ drinks,,snacks"], "Food - drinks - snacks")
        self.assertEqual(names[" , / "], f"Tag {tags[' , / '].id}")
        self.assertEqual(names["víp"], "VIP")
        self.assertLessEqual(len(names[long + "er"]), 100)
        self.assertRegex(names[long + "er"], r"Long…? ?… \(2\)$|… \(2\)$")
        self.assertNotEqual(names[long], names[long + "er"])
        again = self.open()
        self.assertEqual((again.new_count, again.add_count), (0, 0))

    def test_languages(self):
        """Names follow in all languages, and siblings differ in each of them."""
        for lang in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(lang)
        doctor = self.create_tag("Doctor")
        doctor.with_context(lang="fr_FR").name = "Médecin"
        doctor.with_context(lang="de_DE").name = "Arzt/Ärztin"
        medecin = self.create_tag("Medecin")
        wizard = self.apply()
        group = self.group_of(doctor)
        self.assertEqual(group.name, "Doctor")
        self.assertEqual(group.with_context(lang="fr_FR").name, "Médecin")
        self.assertEqual(group.with_context(lang="de_DE").name, "Arzt - Ärztin")
        other = self.group_of(medecin)
        self.assertEqual(other.name, "Medecin")
        self.assertEqual(other.with_context(lang="fr_FR").name, "Medecin (2)")
        self.assertIn("number", self.get_line(wizard, "Medecin").remarks)
        again = wizard.with_context(lang="fr_FR").create({})
        self.assertEqual(
            self.preview(again)["Medecin"], ("Medecin (2)", "linked", 0, 0)
        )

    def test_circles(self):
        """A / B / A is a tree; a tag above itself, which only SQL can make, is cut."""
        wood = self.create_tag("Industry", self.wood_tag)
        self.apply()
        path = self.group_of(wood).complete_name
        self.assertEqual(path, "Industry / Wood / Industry")
        self.env.cr.execute(
            "UPDATE res_partner_category SET parent_id = %s WHERE id = %s",
            [wood.id, self.trade_tag.id],
        )
        self.group_of(self.trade_tag).search([("tag_ids", "!=", False)]).unlink()
        self.env.invalidate_all()
        wizard = self.apply()
        [line] = wizard.line_ids.filtered("remarks")
        self.assertEqual((line.tag_path, line.group_path), ("Industry", "Industry"))
        self.assertIn("circle", line.remarks)
        path = self.group_of(wood).complete_name
        self.assertEqual(path, "Industry / Wood / Industry")

    # ------------------------------------------------------------
    # AGAIN
    # ------------------------------------------------------------

    def test_again(self):
        """The same groups are found, wherever they are and whatever they are called."""
        self.apply()
        vip = self.group_of(self.vip_tag)
        vip.write({"name": "Best customers", "parent_id": self.private.id})
        self.dora.category_id = self.vip_tag + self.create_tag("New", self.vip_tag)
        self.ben.category_id -= self.vip_tag
        wizard = self.apply()
        self.assertEqual(
            {tag: how for tag, how in self.preview(wizard).items() if "VIP" in tag},
            {
                "VIP": ("Private / Best customers", "linked", 1, 0),
                "VIP / New": ("Private / Best customers / New", "new", 1, 0),
            },
        )
        self.assertEqual(wizard.created_count, 1)
        self.assertEqual(self.members(vip), self.anna + self.ben + self.dora)

    def test_make_equal(self):
        merged = self.create_tag("vip")
        self.cleo.category_id = merged
        self.apply()
        vip = self.group_of(self.vip_tag)
        self.dora.customer_group_ids += vip
        self.ben.category_id -= self.vip_tag
        # Cleo has the other tag that became this group, chosen or not.
        for values in ({}, {"scope": "chosen", "tag_ids": self.vip_tag}):
            wizard = self.open(mode="equal", **values)
            self.assertEqual((wizard.add_count, wizard.remove_count), (0, 2))
        wizard.action_apply()
        self.assertEqual((wizard.added, wizard.removed), (0, 2))
        self.env.invalidate_all()
        self.assertEqual(self.members(vip), self.anna + self.cleo)
        self.assertIn(self.wholesale, self.ben.customer_group_ids)
        wizard.action_undo()
        self.env.invalidate_all()
        self.assertEqual(len(self.members(vip)), 4)
        self.assertLedger()

    def test_group_of_the_same_name(self):
        tag = self.create_tag("wholesale")
        self.dora.category_id = tag
        wizard = self.open(scope="chosen", tag_ids=tag, parent_id=self.trade.id)
        self.assertEqual(
            self.preview(wizard)["wholesale"], ("Trade / Wholesale", "exists", 1, 0)
        )
        self.assertIn("will be used", wizard.line_ids.remarks)
        wizard.action_apply()
        self.assertEqual(wizard.created_count, 0)
        self.assertIn(self.dora, self.members(self.wholesale))

    def test_deleted_group_comes_again(self):
        self.apply()
        self.group_of(self.vip_tag).unlink()
        self.assertTrue(self.vip_tag.exists())
        self.assertEqual(self.apply().created_count, 1)

    # ------------------------------------------------------------
    # RIGHTS, COMPANIES, BAD INPUT
    # ------------------------------------------------------------

    def test_only_managers(self):
        wizard = self.open()
        for user in (self.reader, self.assigner, self.creator, self.portal):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self.open(user=user)
                with self.assertRaises(AccessError):
                    self.as_user(wizard, user).action_apply()
                with self.assertRaises(AccessError):
                    self.as_user(self.wholesale, user).read(["tag_ids"])
        with self.assertRaises(AccessError):
            self.as_user(self.wholesale, self.creator).tag_ids = self.vip_tag

    def test_contacts_one_may_not_change(self):
        """They are neither changed nor counted."""
        self.env["ir.rule"].create(
            {
                "name": "Ben is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.ben.id)],
                "perm_read": False,
            }
        )
        wizard = self.apply()
        line = self.get_line(wizard, "VIP")
        self.assertEqual((line.contact_count, line.add_count), (1, 1))
        vip = self.group_of(self.vip_tag)
        self.assertEqual(self.members(vip), self.anna)
        self.ben.category_id -= self.vip_tag
        self.ben.customer_group_ids += vip
        self.assertEqual(self.apply(mode="equal").removed, 0)

    def test_companies(self):
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        local = self.create_group("Local", company_id=here.id)
        self.ben.company_id = there
        self.manager.company_ids += here + there
        self.manager.company_id = here
        wizards = self.env["customer.group.from.tags"].with_user(self.manager)
        wizard = wizards.with_context(allowed_company_ids=(here + there).ids).create(
            {"parent_id": local.id}
        )
        [line] = wizard.line_ids.filtered("remarks")
        self.assertIn("1 contacts of other companies", line.remarks)
        self.assertEqual((line.contact_count, line.add_count), (2, 1))
        wizard.action_apply()
        self.env.invalidate_all()
        vip = self.group_of(self.vip_tag)
        self.assertEqual((vip.company_id, self.members(vip)), (here, self.anna))
        # The other company does not see it, and gets its own.
        theirs = wizards.with_context(allowed_company_ids=there.ids).create({})
        self.assertEqual(self.preview(theirs)["VIP"], ("VIP", "new", 2, 0))
        # A hidden group of the same name in the same place: none of the two is used.
        hidden = self.create_group("VIP", company_id=here.id)
        theirs = wizards.with_context(allowed_company_ids=there.ids).create({})
        self.assertEqual(self.preview(theirs)["VIP"], ("VIP (2)", "new", 2, 0))
        theirs.action_apply()
        self.assertFalse(self.members(hidden))
        self.assertEqual(len(self.group_of(self.vip_tag)), 2)

    def test_bad_input(self):
        with self.assertRefused(UserError, "Choose at least one tag"):
            self.open(scope="chosen").action_apply()
        wizard = self.open(scope="chosen", tag_ids=self.vip_tag)
        self.vip_tag.unlink()
        with self.assertRefused(UserError, "Choose at least one tag"):
            wizard.action_apply()
        self.students.action_archive()
        with self.assertRefused(UserError, "is archived"):
            self.open(parent_id=self.students.id).action_apply()
        hidden = self.create_group(
            "Hidden", company_id=self.env["res.company"].create({"name": "B"}).id
        )
        with self.assertRaises(AccessError):
            self.open(parent_id=hidden.id).action_apply()

    def test_queries_do_not_grow(self):
        """Neither with the tags nor with the contacts."""
        for tags, contacts in ((20, 10), (500, 1000)):
            roots = self.Tag.create([{"name": f"Root {tags} {i}"} for i in range(10)])
            tags = roots + self.Tag.create(
                [
                    {"name": f"Leaf {i}", "parent_id": roots[i % 10].id}
                    for i in range(tags - 10)
                ]
            )
            self.Partner.create(
                [
                    {"name": f"Contact {i}", "category_id": tags[i % len(tags)].ids}
                    for i in range(contacts)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(tags=len(tags)):
                with self.assertQueryCount(30):
                    wizard = self.open(scope="chosen", tag_ids=roots, mode="equal")
                    self.env.flush_all()
                self.env.invalidate_all()
                with self.assertQueryCount(70):
                    wizard.action_apply()
                    self.env.flush_all()
                self.assertEqual(wizard.added, contacts)
