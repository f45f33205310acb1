# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestMerge(CustomerGroupCommon):
    """One group of several: preview, what follows, what is refused, rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Merge = cls.env["customer.group.merge"]
        cls.resellers = cls.create_group("Resellers", code="RES")
        cls.resellers_us = cls.create_group("US", cls.resellers)

    def open(self, groups, user=None):
        context = {"active_model": groups._name, "active_ids": groups.ids}
        wizard = self.Merge.with_user(user or self.manager).with_context(**context)
        return Form(wizard)

    def merge(self, groups, target=None, **values):
        wizard = self.Merge.with_user(self.manager).create(
            {"group_ids": groups.ids, "target_id": target and target.id, **values}
        )
        action = wizard.action_merge()
        self.env.invalidate_all()
        return action

    def rows(self, partner, group):
        return self.env["customer.group.membership"].search(
            [("partner_id", "=", partner.id), ("group_id", "=", group.id)],
            order="date_start, id",
        )

    # ------------------------------------------------------------
    # PREVIEW, RESULT
    # ------------------------------------------------------------

    def test_preview_and_result(self):
        (self.ben + self.cleo + self.dora).write(self.put_into(self.resellers))
        self.dora.action_archive()
        form = self.open(self.wholesale + self.resellers)
        self.assertEqual(form.target_id, self.wholesale)
        self.assertFalse(form.obstacle)
        self.assertFalse(form.lost_codes)
        counts = {name: form[name] for name in self.Merge._get_count_fields()}
        self.assertEqual(
            counts,
            {
                "present_count": 2,
                "joining_count": 2,
                "already_count": 1,
                "subgroup_count": 1,
                "history_count": 2,
                "reference_count": 0,
            },
        )
        form.reason = "The same"
        action = form.save().action_merge()
        self.env.invalidate_all()
        self.assertIn("New members: 2", action["params"]["message"])
        self.assertEqual(action["params"]["next"]["res_id"], self.wholesale.id)
        self.assertFalse(self.resellers.exists())
        self.assertEqual(self.resellers_us.parent_id, self.wholesale)
        self.assertEqual(self.resellers_us.display_name, "Trade / Wholesale / US")
        everybody = self.anna + self.ben + self.cleo + self.dora
        members = self.Partner.with_context(active_test=False).search(
            [("customer_group_ids", "in", self.wholesale.ids)]
        )
        self.assertEqual(members, everybody)
        self.assertEqual(self.wholesale.code, "RES")
        self.assertLedger()
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.assertEqual(
            (operation.kind, operation.source, operation.added, operation.user_id),
            ("merge", "merge", 2, self.manager),
        )
        self.assertEqual(
            operation.reason, "Merged into “Trade / Wholesale”: Resellers. The same"
        )
        self.assertFalse(operation.can_undo)
        note = self.wholesale.message_ids[0]
        self.assertIn("Resellers (members: 3)", note.body)
        self.assertEqual(note.author_id, self.manager.partner_id)

    def test_default_target(self):
        self.assertEqual(
            self.open(self.students + self.wholesale).target_id, self.wholesale
        )
        self.assertEqual(self.open(self.wholesale + self.trade).target_id, self.trade)
        self.wholesale.action_archive()
        self.assertEqual(
            self.open(self.students + self.wholesale).target_id, self.students
        )

    def test_from_the_form_of_one_group(self):
        form = self.open(self.students)
        self.assertEqual(form.target_id, self.students)
        self.assertIn("at least two", form.obstacle)
        form.group_ids.add(self.wholesale)
        self.assertEqual(form.target_id, self.students)
        self.assertFalse(form.obstacle)

    def test_into_the_group_above(self):
        """All below go, at any level; their other subgroups stay in the tree."""
        deep = self.create_group("Cities", self.wholesale_eu)
        self.merge(self.trade + self.wholesale + self.wholesale_eu, self.trade)
        self.assertEqual(deep.parent_id, self.trade)
        self.assertEqual(deep.display_name, "Trade / Cities")
        self.assertEqual(self.trade.direct_member_count, 3)
        self.assertEqual(self.ben.customer_group_ids, self.students + self.trade)
        self.assertLedger()

    def test_codes(self):
        form = self.open(self.trade + self.resellers)
        form.target_id = self.trade
        self.assertEqual(form.lost_codes, "RES")
        form.save().action_merge()
        self.assertEqual(self.trade.code, "T")

    def test_templates(self):
        """A template that is loaded again finds the group that remains."""
        size = self.env.ref("customer_group.template_b2b_size")
        region = self.env.ref("customer_group.template_classic_region")

        def load():
            wizard = self.env["customer.group.add.template"].with_user(self.manager)
            wizard = wizard.create({})
            lines = wizard.classic_line_ids + wizard.b2b_line_ids
            line = lines.filtered(lambda line: line.template_id == size)
            line.chosen, line.group_template_ids = True, False
            wizard.action_apply()

        def made_from(template):
            return self.Group.search([("template_id", "=", template.id)])

        load()
        self.merge(made_from(size) + self.resellers, self.resellers)
        self.assertEqual(made_from(size), self.resellers)
        load()
        self.assertEqual(made_from(size), self.resellers)
        self.assertFalse(self.Group.search([("name", "=", size.name)]))
        self.students.template_id = region
        self.merge(self.resellers + self.students, self.students)
        self.assertEqual(self.students.template_id, region, "Its own")

    # ------------------------------------------------------------
    # HISTORY
    # ------------------------------------------------------------

    def test_histories_become_one(self):
        students, retail = self.students, self.retail
        for year, group, door in [
            (2010, students, self.put_into),
            (2011, retail, self.put_into),
            (2012, students, self.take_out_of),
            (2013, students, self.put_into),  # covered by the other
            (2014, students, self.take_out_of),
            (2015, retail, self.take_out_of),
            (2016, students, self.put_into),
            (2017, retail, self.put_into),
        ]:
            with freeze_time(f"{year}-01-01"):
                self.dora.write(door(group))
        before = self.env["customer.group.membership"]._count_merged(retail, students)
        self.merge(students + retail, students)
        rows = self.rows(self.dora, students)
        self.assertEqual(
            [(row.date_start.year, row.date_end and row.date_end.year) for row in rows],
            [(2010, 2012), (2012, 2015), (2016, False)],
        )
        self.assertEqual(before, 1)
        self.assertLedger()

    def test_former_members_do_not_join(self):
        self.dora.write(self.put_into(self.retail))
        self.dora.write(self.take_out_of(self.retail))
        self.merge(self.students + self.retail, self.students)
        self.assertFalse(self.dora.customer_group_ids)
        self.assertTrue(self.rows(self.dora, self.students).date_end)
        self.assertLedger()

    # ------------------------------------------------------------
    # WHAT FOLLOWS
    # ------------------------------------------------------------

    def test_messages_files_and_ids_follow(self):
        source, target = self.resellers, self.wholesale
        message = source.message_post(body="Remember")
        activity = source.activity_schedule("mail.mail_activity_data_todo")
        attachment = self.env["ir.attachment"].create(
            {"name": "Terms", "res_model": source._name, "res_id": source.id}
        )
        later = self.env["mail.scheduled.message"].create(
            {
                "model": source._name,
                "res_id": source.id,
                "author_id": self.env.user.partner_id.id,
                "body": "Later",
                "scheduled_date": "2100-01-01",
            }
        )
        self.env["ir.model.data"].create(
            {
                "module": "shop",
                "name": "resellers",
                "model": source._name,
                "res_id": source.id,
            }
        )
        source.message_subscribe((self.anna + self.ben).ids)
        target.message_subscribe(self.anna.ids)
        followers = source.message_partner_ids | target.message_partner_ids
        self.merge(target + source, target)
        for record in (message, activity, attachment, later):
            self.assertEqual(record.res_id, target.id, record)
        self.assertEqual(target.message_partner_ids & followers, followers)
        self.assertEqual(self.env.ref("shop.resellers"), target)
        result = self.Group.with_context(import_file=True).load(
            ["id", "description"], [["shop.resellers", "Who sells on"]]
        )
        self.assertEqual(result["ids"], target.ids)
        self.assertEqual(target.description, "Who sells on")

    def test_fields_of_other_models_follow(self):
        source, target = self.resellers, self.wholesale
        common = {
            "model_id": self.env["ir.model"]._get_id("res.partner.category"),
            "state": "manual",
        }
        self.env["ir.model.fields"].create(
            [
                common
                | {
                    "name": "x_group_id",
                    "ttype": "many2one",
                    "relation": "customer.group",
                },
                common
                | {
                    "name": "x_group_ids",
                    "ttype": "many2many",
                    "relation": "customer.group",
                },
                common
                | {
                    "name": "x_subject",
                    "ttype": "reference",
                    "selection_ids": [
                        Command.create({"value": "customer.group", "name": "Group"})
                    ],
                },
            ]
        )
        self.addCleanup(self.registry.reset_changes)
        categories = self.env["res.partner.category"].create(
            [
                {
                    "name": name,
                    "active": active,
                    "x_group_id": source.id,
                    "x_group_ids": groups.ids,
                    "x_subject": f"customer.group,{source.id}",
                }
                for name, active, groups in [
                    ("One", True, source),
                    ("Both", False, source + target),
                ]
            ]
        )
        self.assertEqual(self.open(source + target).reference_count, 6)
        self.merge(target + source, target)
        for category in categories:
            self.assertEqual(category.x_group_id, target)
            self.assertEqual(category.x_group_ids, target)
            self.assertEqual(category.x_subject, target)

    # ------------------------------------------------------------
    # REFUSED
    # ------------------------------------------------------------

    def check_refused(self, groups, target, message):
        """Expect the dialog to say why, and the merge to be refused all the same."""
        form = self.open(groups)
        form.target_id = target
        self.assertRegex(form.obstacle, message)
        with self.assertRefused(UserError, message):
            self.merge(groups, target)
        self.assertTrue(all(group.exists() for group in groups))
        self.assertLedger()

    def test_into_its_own_subgroup(self):
        self.check_refused(
            self.trade + self.wholesale_eu,
            self.wholesale_eu,
            "EU” is a subgroup of “Trade”, which would be deleted",
        )

    def test_into_an_archived_group(self):
        self.students.action_archive()
        self.check_refused(
            self.students + self.retail, self.students, "Students” is archived"
        )

    def test_one_group_or_none(self):
        for groups in (self.students, self.Group):
            with self.assertRefused(UserError, "at least two groups"):
                self.merge(groups, self.students)

    def test_subgroups_of_the_same_name(self):
        europe = self.create_group("eu", self.resellers)
        for path in ("Trade / Wholesale / EU", "Resellers / eu"):
            self.check_refused(self.wholesale + self.resellers, self.wholesale, path)
        self.check_refused(
            self.wholesale + self.resellers + self.retail, self.retail, "same name"
        )
        self.merge(self.wholesale_eu + europe, self.wholesale_eu)
        self.merge(self.wholesale + self.resellers, self.wholesale)
        self.assertEqual(self.resellers_us.parent_id, self.wholesale)

    def test_groups_that_are_counted_and_in_the_journal(self):
        groups = self.students + self.retail
        self.env["customer.group.count"]._recount(groups.ids, "2026-01-01")
        edits = self.env["customer.group.operation"].search([])
        self.merge(groups, self.retail)
        self.assertIn(self.retail, edits.group_ids)
        new = self.env["customer.group.operation"].search([]) - edits
        self.assertEqual(new.mapped("kind"), ["merge"])

    def test_subgroups_of_the_same_name_that_merge_too(self):
        europe = self.create_group("EU", self.resellers)
        groups = self.wholesale + self.resellers + self.wholesale_eu + europe
        self.merge(groups, self.wholesale)
        self.assertEqual((groups - self.wholesale).exists(), self.Group)
        self.assertLedger()

    # ------------------------------------------------------------
    # RIGHTS, COMPANIES
    # ------------------------------------------------------------

    def test_only_managers(self):
        groups = self.as_user(self.students + self.wholesale, self.creator)
        groups.sudo().user_id = self.creator
        for user in (self.reader, self.assigner, self.creator):
            with self.assertRaises(AccessError):
                self.open(groups, user=user)
            wizard = self.Merge.create({"group_ids": groups.ids})
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_merge()
            with self.assertRaises(AccessError):
                self.as_user(self.students, user)._merge_into(
                    self.wholesale.with_user(user)
                )
        self.assertEqual(len(groups.exists()), 2)

    def test_hidden_groups(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.create_group("Foreign", company_id=other.id)
        with self.assertRaises(AccessError):
            self.merge(foreign + self.students, self.students)
        with self.assertRaises(AccessError):
            self.merge(self.retail + self.students, foreign)
        wizard = self.Merge.create(
            {"group_ids": (foreign + self.students).ids, "target_id": self.students.id}
        )
        self.env.invalidate_all()
        with self.assertRefused(UserError, "at least two groups"):
            wizard.with_user(self.manager).action_merge()
        self.assertTrue(foreign.exists())

    def test_hidden_subgroups(self):
        other = self.env["res.company"].create({"name": "Other"})
        secret = self.create_group("Secret", self.students, company_id=other.id)
        self.check_refused(
            self.students + self.retail, self.retail, "Students” has subgroups of ano"
        )
        self.merge(self.retail + self.students, self.students)
        self.assertEqual(secret.parent_id, self.students)

    def test_members_of_other_companies(self):
        """They follow, though the user does not see them; or all stays as it was."""
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        self.ben.company_id = there
        self.manager.write({"company_ids": [Command.link(here.id)]})
        manager = self.manager
        local = self.create_group("Local", company_id=here.id)
        groups = (local + self.retail).with_user(manager)
        groups = groups.with_context(
            allowed_company_ids=(manager.company_id + here).ids
        )
        self.students.assign_policy = "manager"
        obstacle = groups.browse(self.students.id)._get_merge_obstacle(groups[0])
        self.assertIn("members of other companies", obstacle)
        self.assertNotIn("Ben", obstacle)
        with self.assertRefused(UserError, "belongs to A, but the other groups"):
            groups.browse(self.students.id)._merge_into(groups[0])
        obstacle = groups.browse(self.wholesale.id)._get_merge_obstacle(groups[0])
        self.assertIn("“Trade / Wholesale / EU” is not a group of that", obstacle)
        groups.browse(self.students.id)._merge_into(groups[1])
        self.env.invalidate_all()
        self.assertIn(self.retail, self.ben.customer_group_ids)
        self.assertLedger()

    # ------------------------------------------------------------
    # SCALE
    # ------------------------------------------------------------

    def test_queries_do_not_grow_with_the_members(self):
        counts = []
        for number, size in enumerate((1, 10, 1000)):
            one = self.create_group(f"One {number}")
            other = self.create_group(f"Other {number}")
            partners = self.Partner.create([{"name": str(i)} for i in range(size)])
            partners.write(self.put_into(one))
            partners[: size // 2].write(self.put_into(other))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.merge(one + other, other)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(other.direct_member_count, size)
        self.assertLedger()
        # Odoo's own caches, of companies for example, make a difference of one or two.
        self.assertAlmostEqual(counts[1], counts[2], delta=4)


@tagged("post_install", "-at_install")
class TestCopyWithMembers(CustomerGroupCommon):
    """Duplicate a group together with its members."""

    def duplicate(self, group, user=None):
        """Duplicate as the user does, from the menu of the form."""
        action = self.env.ref("customer_group.customer_group_action_copy_with_members")
        action = action.with_user(user or self.creator).with_context(
            active_model=group._name, active_id=group.id, active_ids=group.ids
        )
        result = action.run()
        self.env.invalidate_all()
        return result["params"]

    def test_copy(self):
        self.dora.write(self.put_into(self.wholesale))
        self.dora.action_archive()
        params = self.duplicate(self.wholesale)
        copy = self.Group.browse(params["next"]["res_id"])
        self.assertEqual(copy.display_name, "Trade / Wholesale (copy)")
        self.assertEqual(params["message"], "Members copied: 2.")
        self.assertEqual(
            self.Partner.search([("customer_group_ids", "in", copy.ids)]),
            self.anna + self.ben,
            "Neither archived contacts nor members of subgroups",
        )
        operation = self.env["customer.group.operation"].search([], limit=1)
        self.assertRecordValues(
            operation,
            [
                {
                    "kind": "add",
                    "source": "bulk",
                    "reason": "Copied from Trade / Wholesale",
                    "added": 2,
                    "skipped": 0,
                    "user_id": self.creator.id,
                }
            ],
        )
        self.assertLedger()
        operation.with_user(self.creator).action_undo()
        self.env.invalidate_all()
        self.assertEqual((copy.member_count, self.wholesale.member_count), (0, 3))
        self.assertLedger()

    def test_contacts_one_may_not_change_are_left_out(self):
        self.env["ir.rule"].create(
            {
                "name": "Ben is not to be changed",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", self.ben.id)],
                "perm_read": False,
            }
        )
        params = self.duplicate(self.wholesale)
        self.assertIn(
            "copied: 1. Left out, because you may not change them: 1.",
            params["message"],
        )
        copy = self.Group.browse(params["next"]["res_id"])
        self.assertEqual(copy.direct_member_count, 1)

    def test_refused(self):
        reserved = self.create_group("Reserved", assign_policy="manager")
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.create_group("Foreign", company_id=other.id)
        self.students.action_archive()
        for group, user, exception, message in [
            (self.wholesale, self.reader, AccessError, "not allowed to create"),
            (self.wholesale, self.assigner, AccessError, "not allowed to create"),
            (reserved, self.creator, AccessError, "Only managers"),
            (foreign, self.creator, AccessError, "access"),
            (self.students, self.creator, UserError, "archived"),
        ]:
            before = self.Group.with_context(active_test=False).search_count([])
            with self.assertRefused(exception, message), self.env.cr.savepoint():
                self.as_user(group, user).action_copy_with_members()
            self.assertEqual(
                self.Group.with_context(active_test=False).search_count([]), before
            )
        self.duplicate(reserved, self.manager)

    def test_queries_do_not_grow_with_the_members(self):
        partners = self.Partner.create([{"name": str(i)} for i in range(400)])
        for group, some in ((self.retail, partners[:2]), (self.students, partners)):
            some.write(self.put_into(group))
            self.as_user(group, self.creator)
            with self.assertQueryCount(70):
                self.as_user(group, self.creator).action_copy_with_members()
        self.assertLedger()


@tagged("post_install", "-at_install")
class TestArchiveKeepsMembers(CustomerGroupCommon):
    def test_members_and_history_of_an_archived_group_can_be_seen(self):
        self.students.action_archive()
        students = self.as_user(self.students, self.reader)
        self.assertEqual(students.member_count, 1)
        members = self.Partner.with_user(self.reader).search(
            students.action_view_members()["domain"]
        )
        self.assertEqual(members, self.ben)
        rows = self.env["customer.group.membership"].with_user(self.reader)
        row = rows.search([("group_id", "child_of", students.id)])
        self.assertEqual((row.partner_id, row.date_end), (self.ben, False))
        self.assertEqual(row.group_id.display_name, "Private / Students")
