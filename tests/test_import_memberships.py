# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerGroupCommon


@tagged("post_install", "-at_install")
class TestImportMemberships(CustomerGroupCommon):
    """Files that say who is in which group: add, remove, replace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.write({"ref": "A-1", "email": "Anna@Example.com"})
        cls.ben.write({"ref": "B-1", "email": "ben@example.com"})

    def load(self, rows, mode="add", fields=None, user=None, **context):
        """Load rows the way Odoo's import page does."""
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["customer.group.import"].with_user(user or self.assigner)
        if mode:
            context["default_mode"] = mode
        result = model.with_context(import_file=True, **context).load(
            fields or ["partner_id", "group_ids"], rows
        )
        self.env.invalidate_all()
        return result

    def assertLoaded(self, rows, numbers, **kwargs):
        """Load rows and check the (added, removed, skipped) of the journal."""
        result = self.load(rows, **kwargs)
        self.assertFalse(result["messages"])
        self.assertEqual(len(result["ids"]), len(rows))
        operations = self.env["customer.group.operation"].browse(set(result["ids"]))
        for name, number in zip(("added", "removed", "skipped"), numbers, strict=True):
            self.assertEqual(sum(operations.mapped(name)), number, name)
        self.assertLedger()
        return operations

    def assertErrors(self, rows, *expected, **kwargs):
        """Load rows; expect these errors as pairs (row, text), and no change."""
        before = self.get_pairs()
        result = self.load(rows, **kwargs)
        self.assertFalse(result["ids"])
        self.assertEqual(
            [message.get("record") for message in result["messages"]],
            [row for row, _text in expected],
            result["messages"],
        )
        for message, (_row, text) in zip(result["messages"], expected, strict=True):
            self.assertIn(text, message["message"])
        self.assertEqual(self.get_pairs(), before)

    def get_pairs(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM customer_group_res_partner_rel")
        return set(self.env.cr.fetchall())

    # ------------------------------------------------------------
    # MODES
    # ------------------------------------------------------------

    def test_add(self):
        operation = self.assertLoaded(
            [
                ["Anna", "Private / Students, Trade / Retail chains"],
                ["Ben", "students"],
                ["Dora", "T"],
            ],
            (3, 0, 1),
            default_reason="Spring fair",
        )
        self.assertEqual(
            self.anna.customer_group_ids,
            self.wholesale + self.wholesale_eu + self.students + self.retail,
        )
        self.assertEqual(self.dora.customer_group_ids, self.trade)
        self.assertEqual(operation.kind, "add")
        self.assertEqual(operation.source, "import")
        self.assertEqual(operation.reason, "Spring fair")
        self.assertEqual(operation.user_id, self.assigner)
        operation.with_user(self.assigner).action_undo()
        self.env.invalidate_all()
        self.assertFalse(self.dora.customer_group_ids)
        self.assertEqual(self.ben.customer_group_ids, self.wholesale + self.students)

    def test_remove(self):
        self.assertLoaded(
            [["Anna", "Wholesale,Students"], ["Dora", "Students"]],
            (0, 1, 2),
            mode="remove",
        )
        self.assertEqual(self.anna.customer_group_ids, self.wholesale_eu)

    def test_replace(self):
        self.assertLoaded(
            [
                ["Anna", "Wholesale"],
                ["Ben", ""],
                ["Anna", "Retail chains"],
                ["Dora", "Students"],
            ],
            (2, 3, 1),
            mode="replace",
        )
        self.assertEqual(self.anna.customer_group_ids, self.wholesale + self.retail)
        self.assertFalse(self.ben.customer_group_ids)
        self.assertEqual(self.dora.customer_group_ids, self.students)

    def test_mode_in_the_file(self):
        operations = self.assertLoaded(
            [
                ["Anna", "Students", "Add"],
                ["Anna", "Wholesale", "remove"],
                ["Ben", "Retail chains", "REPLACE"],
                ["Cleo", "Students", ""],
            ],
            (3, 3, 0),
            fields=["partner_id", "group_ids", "mode"],
        )
        self.assertEqual(len(operations), 3)
        self.assertEqual(
            self.anna.customer_group_ids, self.wholesale_eu + self.students
        )
        self.assertEqual(self.ben.customer_group_ids, self.retail)

    def test_contradictions(self):
        fields = ["partner_id", "group_ids", "mode"]
        self.assertErrors(
            [["Anna", "Students", "add"], ["Anna", "Students", "remove"]],
            (3, "something else"),
            fields=fields,
        )
        self.assertErrors(
            [["Anna", "Students", "replace"], ["Anna", "Retail chains", "add"]],
            (3, "something else"),
            fields=fields,
        )

    def test_unknown_mode(self):
        """A page that was reloaded does not know the mode any more: never guess."""
        self.assertErrors(
            [["Anna", "Students"]], (2, "not clear what to do"), mode=None
        )
        self.assertErrors(
            [["Anna", "Students", "delete"]],
            (2, "“delete”"),
            fields=["partner_id", "group_ids", "mode"],
        )
        self.assertErrors([["Anna", "Students"]], (2, "not clear"), mode=[1])

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    def test_ways_to_name_a_contact(self):
        self.env["ir.model.data"].create(
            {
                "module": "shop",
                "name": "anna.1",
                "model": "res.partner",
                "res_id": self.anna.id,
            }
        )
        for field, text in [
            ("partner_id", "Anna"),
            ("partner_id", "A-1"),
            ("partner_id", "anna@example.COM"),
            ("ref", "A-1"),
            ("email", "Anna <anna@example.com>"),
            ("partner_id/id", "shop.anna.1"),
            ("id", "shop.anna.1"),
            ("partner_id/.id", str(self.anna.id)),
            (".id", str(self.anna.id)),
        ]:
            with self.subTest(field=field, text=text), self.env.cr.savepoint() as point:
                self.assertLoaded(
                    [[text, "Students"]], (1, 0, 0), fields=[field, "group_ids"]
                )
                self.assertIn(self.students, self.anna.customer_group_ids)
                point.rollback()

    def test_unknown_contacts(self):
        rows = [[text, "Students"] for text in ("Nobody", "Anna", "", "Nobody")]
        self.assertErrors(
            rows,
            (2, "“Nobody” is not a contact. Check the spelling"),
            (4, "names no contact"),
        )
        for field, text in [
            ("partner_id/.id", "99999999999999999999"),
            ("partner_id/.id", "1 OR 1=1"),
            (".id", "2147483647"),
            ("partner_id/id", "shop.nobody"),
            ("id", "base.main_company"),
            ("email", "nobody"),
            ("ref", "'; DROP TABLE res_partner; --"),
        ]:
            with self.subTest(field=field, text=text):
                self.assertErrors(
                    [[text, "Students"]],
                    (2, "is not a contact"),
                    fields=[field, "group_ids"],
                )

    def test_same_name(self):
        self.Partner.create({"name": "Anna", "ref": "A-2"})
        self.assertErrors([["Anna", "Students"]], (2, "stands for 2 contacts"))
        self.assertLoaded(
            [["Anna", "A-1", "Students"]],
            (1, 0, 0),
            fields=["partner_id", "ref", "group_ids"],
        )
        self.assertLoaded(
            [["ANNA@example.com", "Anna", "Students"]],
            (0, 0, 1),
            fields=["email", "partner_id", "group_ids"],
        )

    def test_archived_contact(self):
        """An archived contact is found by its id alone."""
        self.dora.active = False
        self.assertErrors([["Dora", "Students"]], (2, "is not a contact"))
        self.assertLoaded(
            [[str(self.dora.id), "Students"]], (1, 0, 0), fields=[".id", "group_ids"]
        )

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def test_ways_to_name_groups(self):
        self.env["ir.model.data"].create(
            {
                "module": "shop",
                "name": "students",
                "model": "customer.group",
                "res_id": self.students.id,
            }
        )
        for field, text in [
            ("group_ids/id", "shop.students"),
            ("group_ids/.id", str(self.students.id)),
            ("group_ids", "private/STUDENTS"),
        ]:
            with self.subTest(field), self.env.cr.savepoint() as point:
                self.assertLoaded(
                    [["Dora", text]], (1, 0, 0), fields=["partner_id", field]
                )
                self.assertEqual(self.dora.customer_group_ids, self.students)
                point.rollback()

    def test_unknown_groups(self):
        self.create_group("EU", self.private)
        self.retail.action_archive()
        self.assertErrors(
            [
                ["Anna", "Students,Nothing / Here"],
                ["Anna", "EU"],
                ["Anna", " , "],
                ["Anna", "Trade / Retail chains"],
            ],
            (2, "There is no group “Nothing / Here”"),
            (3, "“EU” is the name of several groups (Private / EU, Trade"),
            (4, "names no group"),
        )
        self.assertErrors(
            [["Anna", "Trade / Retail chains"]],
            (2, "“Trade / Retail chains” is archived"),
        )
        self.assertFalse(self.Group.search([("name", "in", ["Nothing", "Here"])]))

    def test_paths_stand_for_the_same_groups_as_one_by_one(self):
        """Many paths take another way through the tree than one does."""
        self.create_group("EU", self.private)
        self.create_group("Code", code="Students")
        paths = [
            "Trade / Wholesale / EU",
            "trade/wholesale",
            "EU",
            "t",
            "Students",
            "Private / Wholesale",
            "",
            "/",
            *(f"Nothing {number}" for number in range(30)),
        ]
        together = self.Group._find_by_paths(paths)
        for path in paths:
            self.assertEqual(together[path], self.Group._find_by_path(path), path)
        self.assertEqual(len(together["EU"]), 2)
        self.assertEqual(together["t"], self.trade)
        self.assertFalse(together[""] + together["/"])

    def test_columns_are_missing(self):
        self.assertErrors([["Anna"]], (2, "names no group"), fields=["partner_id"])
        self.assertErrors([["Trade"]], (2, "names no contact"), fields=["group_ids"])
        self.assertErrors([], mode="replace")

    def test_many_errors(self):
        result = self.load([[f"Nobody {i}", "Students"] for i in range(500)])
        self.assertEqual(len(result["messages"]), 51)
        self.assertIn("450", result["messages"][-1]["message"])
        result = self.load([["Nobody", "Students"]] * 500)
        [message] = result["messages"]
        self.assertIn("(Also in row 3, 4, 5, 6, …)", message["message"])

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_reader(self):
        for user in (self.reader, self.portal):
            with self.assertRaises(AccessError):
                self.load([["Dora", "Students"]], user=user)
        self.assertFalse(self.dora.customer_group_ids)

    def test_group_for_managers_only(self):
        self.students.assign_policy = "manager"
        self.assertErrors(
            [["Ben", "Students"], ["Dora", "Students"]], (3, "Only managers")
        )
        self.assertErrors([["Ben", "Students"]], (2, "Only managers"), mode="remove")
        rows = [["Ben", "Trade / Retail chains,Private / Students"]]
        self.assertLoaded(rows, (1, 1, 1), mode="replace")
        rows = [["Ben", "Trade"]]
        self.assertLoaded(rows, (1, 1, 0), mode="replace")
        self.assertEqual(self.ben.customer_group_ids, self.trade + self.students)
        rows = [["Dora", "Students"]]
        self.assertLoaded(rows, (1, 0, 0), user=self.manager)

    def test_hidden_and_protected_contacts(self):
        rule = {"model_id": self.env["ir.model"]._get_id("res.partner")}
        self.env["ir.rule"].create(
            [
                rule
                | {
                    "name": "Ben is not to be changed",
                    "domain_force": [("id", "!=", self.ben.id)],
                    "perm_read": False,
                },
                rule
                | {
                    "name": "Cleo is not to be seen",
                    "domain_force": [("id", "!=", self.cleo.id)],
                },
            ]
        )
        self.assertErrors(
            [["Anna", "Students"], ["Ben", "Students"], ["Cleo", "Students"]],
            (3, "do not have the right to change “Ben”"),
            (4, "“Cleo” is not a contact"),
        )
        self.assertErrors(
            [[str(self.cleo.id), "Students"]],
            (2, "is not a contact"),
            fields=[".id", "group_ids"],
        )

    def test_companies(self):
        here, there = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        local = self.create_group("Local", company_id=here.id)
        hidden = self.create_group("Hidden", company_id=there.id)
        self.anna.customer_group_ids = hidden
        self.dora.company_id = there
        self.assigner.company_ids += here + there
        both = {"allowed_company_ids": (here + there).ids}
        self.assertErrors(
            [["Cleo", "Local"], ["Dora", "Local"]],
            (3, "The contact belongs to another company than “Local”, a group of A"),
            **both,
        )
        only = {"allowed_company_ids": here.ids}
        self.assertErrors(
            [["Anna", "Hidden"]], (2, "There is no group “Hidden”"), **only
        )
        self.assertErrors(
            [["Anna", str(hidden.id)]],
            (2, "There is no group"),
            fields=["partner_id", "group_ids/.id"],
            **only,
        )
        self.assertLoaded([["Anna", "Local"]], (1, 0, 0), mode="replace", **only)
        self.assertEqual(self.anna.customer_group_ids, local + hidden)

    # ------------------------------------------------------------
    # BATCHES
    # ------------------------------------------------------------

    def test_batches(self):
        rows = [["Anna", "Students"], ["Anna", "Retail chains"], ["Ben", "Trade"]]
        result = self.load(rows, mode="replace", _import_limit=1)
        self.assertEqual((len(result["ids"]), result["nextrow"]), (2, 2))
        self.assertEqual(self.anna.customer_group_ids, self.students + self.retail)
        self.assertIn(self.students, self.ben.customer_group_ids)
        result = self.load(rows[2:], mode="replace", _import_limit=1)
        self.assertEqual((len(result["ids"]), result["nextrow"]), (1, 0))
        self.assertEqual(self.ben.customer_group_ids, self.trade)

    def test_the_first_batch_fails_for_later_rows(self):
        rows = [["Anna", "Students"], ["Ben", "Trade"], ["Nobody", "Trade"]]
        self.assertErrors(rows, (4, "“Nobody”"), _import_limit=1)

    def test_batches_do_not_tear_a_contact_apart(self):
        rows = [["Anna", "Students"], ["Ben", "Trade"], ["Anna", "Trade"]]
        self.assertErrors(
            rows, (4, "sort the file by contact"), mode="replace", _import_limit=1
        )
        self.assertLoaded(rows, (3, 4, 0), mode="replace", _import_limit=3)

    def test_queries_do_not_grow_with_the_rows(self):
        self.create_tree(300)
        partners = self.Partner.create(
            [{"name": f"Contact {i}", "ref": f"C-{i}"} for i in range(1000)]
        )
        groups = self.Group.search([])
        rows = [
            [partner.name, groups[index % 300].display_name]
            for index, partner in enumerate(partners)
        ]
        self.load(rows[:1])  # warm up
        for mode in ("add", "replace", "remove"):
            for some in (rows[:10], rows):
                self.env.flush_all()
                self.env.invalidate_all()
                with self.assertQueryCount(45):
                    self.load(some, mode=mode)

    # ------------------------------------------------------------
    # FORM
    # ------------------------------------------------------------

    def test_form(self):
        wizard = self.env["customer.group.import"].with_user(self.assigner)
        action = wizard.create(
            {"mode": "remove", "reason": "Gone"}
        ).action_choose_file()
        self.assertEqual(
            action["params"],
            {
                "model": "customer.group.import",
                "context": {
                    "default_mode": "remove",
                    "default_reason": "Gone",
                    "default_start_series": False,
                },
            },
        )
        names = {
            field["name"]
            for field in self.env["base_import.import"].get_fields_tree(wizard._name)
        }
        self.assertEqual(
            names, {"id", "mode", "partner_id", "ref", "email", "group_ids"}
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.reader).create({"mode": "add"})

    def test_no_record_is_made(self):
        self.load([["Dora", "Students"]])
        self.assertFalse(
            self.env["customer.group.import"].search([("partner_id", "!=", False)])
        )
        with self.assertRaises(AccessError):
            self.dora.with_user(self.reader).write(
                {"customer_group_ids": [Command.clear()]}
            )
