# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CustomerGroupCommon


class SelectionCommon(CustomerGroupCommon):
    """Selections of Anna, Ben, Cleo and Dora, made by a user who may assign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Selection = cls.env["customer.group.selection"]
        cls.mine = cls.anna + cls.ben + cls.cleo + cls.dora
        cls.anna.email = "anna@example.com"
        cls.ben.email = "Ben <ben@example.com>"
        cls.cleo.email = "no address"

    def create_selection(self, *lines, user=None, **values):
        """Create a selection with lines ``(mode, group or selection[, subgroups])``."""
        selection = self.Selection.with_user(user or self.assigner).create(
            {
                "name": "Mine",
                "line_ids": [
                    Command.create(self.prepare_line(*line)) for line in lines
                ],
            }
            | values
        )
        return self.as_user(selection, user or self.assigner)

    def prepare_line(self, mode, record, include_subgroups=True):
        field = "group_id" if record._name == "customer.group" else "other_id"
        return {
            "mode": mode,
            field: record.id,
            "include_subgroups": include_subgroups,
        }

    def find(self, selection):
        """Return the contacts as the list finds them, by the domain sent to it."""
        partners = self.env["res.partner"].with_env(selection.env)
        return partners.search(selection._get_partner_domain(), order="name")

    def assertFinds(self, selection, partners):
        """Assert who is in the selection, in the list and by the number on the form."""
        found = self.find(selection)
        self.assertEqual(found.sudo(), partners)
        self.assertEqual(selection.contact_count, len(partners), selection.obstacle)
        domain = selection._get_domain()
        visible = found.search([("id", "in", self.mine.ids)])
        self.assertEqual(visible & found, visible.filtered_domain(domain))

    def count(self, form):
        """Return how many contacts a form says that remain."""
        return form.waterfall[-1]["count"]

    def get_steps(self, selection):
        return [(step["name"], step["removed"]) for step in selection.waterfall]


@tagged("post_install", "-at_install")
class TestSelection(SelectionCommon):
    """Who is in a selection."""

    def test_any_with_subgroups(self):
        both = self.anna + self.ben + self.cleo
        self.assertFinds(self.create_selection(("any", self.trade)), both)
        self.assertFinds(
            self.create_selection(("any", self.trade, False)), self.mine[:0]
        )
        selection = self.create_selection(
            ("any", self.students), ("any", self.wholesale_eu)
        )
        self.assertFinds(selection, both)

    def test_every(self):
        selection = self.create_selection(
            ("every", self.trade), ("every", self.private), ("any", self.wholesale)
        )
        self.assertFinds(selection, self.ben)
        selection = self.create_selection(("every", self.trade), ("every", self.retail))
        self.assertFinds(selection, self.mine[:0])

    def test_exclude_always_wins(self):
        selection = self.create_selection(
            ("any", self.trade),
            ("every", self.trade),
            ("any", self.students),
            ("exclude", self.students),
        )
        self.assertFinds(selection, self.anna + self.cleo)
        self.assertEqual(self.get_steps(selection), [("matched", 0), ("excluded", 1)])

    def test_only_exclude(self):
        selection = self.create_selection(
            ("exclude", self.trade), domain=repr([("id", "in", self.mine.ids)])
        )
        self.assertFinds(selection, self.dora)

    def test_nothing_said_is_nobody(self):
        selection = self.create_selection()
        self.assertFinds(selection, self.mine[:0])
        self.assertIn("Add a group", selection.notice)

    def test_conditions(self):
        domain = [("name", "in", ["Anna", "Dora"]), ("create_date", ">", "today -3d")]
        selection = self.create_selection(domain=repr(domain))
        self.assertFinds(selection, self.anna + self.dora)
        in_no_group = [
            ("customer_group_ids", "=", False),
            ("id", "in", self.mine.ids),
        ]
        selection = self.create_selection(domain=repr(in_no_group))
        self.assertFinds(selection, self.dora)

    def test_kind(self):
        self.anna.is_company = True
        selection = self.create_selection(("any", self.trade), partner_kind="company")
        self.assertFinds(selection, self.anna)
        selection.partner_kind = "person"
        self.assertFinds(selection, self.ben + self.cleo)

    def test_archived_contacts_never(self):
        selection = self.create_selection(("any", self.trade))
        self.ben.active = False
        self.assertFinds(selection, self.anna + self.cleo)
        partners = self.find(selection).with_context(active_test=False)
        found = partners.search(selection._get_partner_domain(), order="name")
        self.assertEqual(found.sudo(), self.anna + self.cleo)
        selection.domain = "[('active', 'in', [True, False])]"
        self.assertFinds(selection, self.anna + self.cleo)

    def test_for_email(self):
        self.env["mail.blacklist"].create({"email": "ben@example.com"})
        selection = self.create_selection(
            ("any", self.trade), ("exclude", self.students), for_email=True
        )
        self.assertEqual(
            self.get_steps(selection),
            [("matched", 0), ("excluded", 1), ("opted_out", 0), ("no_address", 1)],
        )
        self.assertFinds(selection, self.anna)
        selection.line_ids.filtered(lambda line: line.mode == "exclude").unlink()
        self.assertFinds(selection, self.anna)
        self.assertIn(("opted_out", 1), self.get_steps(selection))
        selection.for_email = False
        self.assertFinds(selection, self.anna + self.ben + self.cleo)
        self.assertEqual(self.get_steps(selection), [("matched", 0)])

    def test_steps_of_others_are_not_counted_again(self):
        """Who is excluded, blacklisted and has no address, is counted once."""
        self.env["mail.blacklist"].create({"email": "ben@example.com"})
        selection = self.create_selection(
            ("any", self.trade), ("exclude", self.private), for_email=True
        )
        removed = [removed for _name, removed in self.get_steps(selection)]
        self.assertEqual(3 - sum(removed), selection.contact_count)

    # ------------------------------------------------------------
    # HOW MANY
    # ------------------------------------------------------------

    def test_random_sample(self):
        people = self.Partner.create([{"name": f"P{i}"} for i in range(200)])
        domain = repr([("id", "in", people.ids)])
        selection = self.create_selection(
            domain=domain, cap_mode="random", cap_count=50
        )
        first = self.find(selection)
        self.assertEqual(len(first), 50)
        self.assertEqual(selection.contact_count, 50)
        self.assertEqual(self.get_steps(selection), [("matched", 0), ("cap", 150)])
        self.assertEqual(self.find(selection), first)
        page = first.search(selection._get_partner_domain(), limit=10)
        self.assertLessEqual(page, first)
        half = [("id", "in", people[:100].ids), *selection._get_partner_domain()]
        self.assertEqual(first.search(half), first.filtered_domain(half[:1]))
        selection.action_draw()
        self.assertNotEqual(self.find(selection), first)
        self.assertNotEqual(selection.copy().seed, selection.seed)

    def test_sample_larger_than_set(self):
        selection = self.create_selection(
            ("any", self.trade), cap_mode="random", cap_count=50
        )
        self.assertFinds(selection, self.anna + self.ben + self.cleo)
        self.assertEqual(self.get_steps(selection), [("matched", 0), ("cap", 0)])

    def test_first_of_an_order(self):
        selection = self.create_selection(
            ("any", self.trade), cap_mode="name", cap_count=2
        )
        self.assertFinds(selection, self.anna + self.ben)
        selection.cap_mode = "newest"
        self.assertFinds(selection, self.ben + self.cleo)
        selection.cap_mode = "oldest"
        self.assertFinds(selection, self.anna + self.ben)

    @mute_logger("odoo.sql_db")
    def test_number_of_none(self):
        for number in (0, -5):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.create_selection(
                    ("any", self.trade), cap_mode="random", cap_count=number
                )
        form = Form(self.create_selection(("any", self.trade)))
        form.cap_mode = "random"
        form.cap_count = -5
        self.assertEqual(self.count(form), 0)

    # ------------------------------------------------------------
    # OTHER SELECTIONS
    # ------------------------------------------------------------

    def test_of_selections(self):
        trade = self.create_selection(("any", self.trade), name="Trade")
        students = self.create_selection(("any", self.students), name="Students")
        selection = self.create_selection(("any", trade), ("exclude", students))
        self.assertFinds(selection, self.anna + self.cleo)
        selection = self.create_selection(("every", trade), ("every", students))
        self.assertFinds(selection, self.ben)
        selection = self.create_selection(("any", students), ("any", self.wholesale_eu))
        self.assertFinds(selection, self.anna + self.ben + self.cleo)

    def test_of_a_capped_selection(self):
        first = self.create_selection(("any", self.trade), cap_mode="name", cap_count=2)
        selection = self.create_selection(("any", first), ("exclude", self.students))
        self.assertFinds(selection, self.anna)
        selection = self.create_selection(("any", self.trade), ("exclude", first))
        self.assertFinds(selection, self.cleo)

    def test_circle_is_refused(self):
        one = self.create_selection(("any", self.trade), name="One")
        two = self.create_selection(("any", one), name="Two")
        three = self.create_selection(("exclude", two), name="Three")
        with self.assertRefused(
            ValidationError,
            "circle: .*(One → Three → Two|Three → Two → One|Two → One → Three)",
        ):
            one.line_ids = [Command.create(self.prepare_line("any", three))]
        with self.assertRefused(ValidationError, "circle: Two → Two"):
            two.line_ids = [Command.create(self.prepare_line("any", two))]
        self.assertEqual(len(one.line_ids), 1)

    def test_circle_while_editing(self):
        one = self.create_selection(("any", self.trade), name="One")
        two = self.create_selection(("any", one), name="Two")
        with Form(one) as form:
            with form.line_ids.new() as line:
                line.other_id = two
            self.assertIn("One → Two → One", form.obstacle)
            form.line_ids.remove(1)
            self.assertFalse(form.obstacle)

    def test_circle_of_two_saves_at_the_same_time(self):
        """Each of them was right when it was checked; nothing crashes afterwards."""
        one = self.create_selection(("any", self.trade), name="One")
        two = self.create_selection(("any", one), name="Two")
        self.env.cr.execute(
            """INSERT INTO customer_group_selection_line (selection_id, mode, other_id)
               VALUES (%s, 'any', %s)""",
            (one.id, two.id),
        )
        self.env.invalidate_all()
        for selection in one + two:
            self.assertIn("circle", selection.obstacle)
            self.assertFalse(selection.waterfall)
            with self.assertRefused(UserError, "One → Two → One|Two → One → Two"):
                self.find(selection)
        two.line_ids.unlink()
        self.assertFinds(one, self.anna + self.ben + self.cleo)

    def test_many_ways_to_the_same_selection(self):
        """Each selection is evaluated once, however many lines lead to it."""
        selection = self.create_selection(("any", self.trade), name="0")
        for name in map(str, range(1, 25)):
            selection = self.create_selection(
                ("any", selection), ("every", selection), name=name
            )
        self.assertEqual(
            selection._get_steps(selection._read_definition()).keys(), {"matched"}
        )

    # ------------------------------------------------------------
    # BAD INPUT
    # ------------------------------------------------------------

    def test_conditions_that_are_none(self):
        for domain, message in [
            ("garbage", "not valid"),
            ("[('nonsense', '=', 1)]", "no field"),
            ("[('name', '~~', 1)]", "not valid"),
            ("{'a': 1}", "list of conditions"),
            ("[('id', '=', __import__('os').getpid())]", "not valid"),
            ("[" + "('id', '!=', 1), " * 101 + "]", "conditions, of 100"),
            ("[('name', '=', '" + "x" * 9000 + "')]", "characters"),
            ("[('customer_group_selection_id', '=', 1)]", "refer to selections"),
            ("[('customer_group_snapshot_ids', '=', 1)]", "refer to selections"),
        ]:
            with (
                self.subTest(domain[:40]),
                self.assertRefused(ValidationError, message),
            ):
                self.create_selection(domain=domain)

    def test_conditions_that_fit_no_longer(self):
        selection = self.create_selection(("any", self.trade))
        self.env.cr.execute(
            "UPDATE customer_group_selection SET domain = %s WHERE id = %s",
            ("[('gone', '=', 1)]", selection.id),
        )
        self.env.invalidate_all()
        self.assertIn("not valid", selection.obstacle)
        with self.assertRefused(UserError, "not valid"):
            selection.action_open_partners()

    def test_invalid_conditions_while_editing(self):
        form = Form(self.create_selection(("any", self.trade)))
        form.domain = "garbage"
        self.assertIn("not valid", form.obstacle)
        form.domain = "[]"
        self.assertEqual(self.count(form), 3)

    @mute_logger("odoo.sql_db")
    def test_line_of_nothing(self):
        for values in (
            {"mode": "any"},
            {
                "group_id": self.trade.id,
                "other_id": self.create_selection(("any", self.trade)).id,
            },
        ):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.create_selection(line_ids=[Command.create(values)])

    def test_deleted_group(self):
        selection = self.create_selection(("any", self.retail), name="Spring")
        self.create_selection(("any", self.retail), user=self.creator)
        with self.assertRefused(
            UserError, "“Trade / Retail chains” is used in.*Spring"
        ):
            self.retail.with_user(self.manager).unlink()
        selection.line_ids.unlink()
        self.Selection.search([]).unlink()
        self.retail.with_user(self.manager).unlink()

    def test_deleted_selection(self):
        one = self.create_selection(("any", self.trade), name="One")
        two = self.create_selection(("any", one), name="Two")
        with self.assertRefused(UserError, "“One” is used in “Two”"):
            one.unlink()
        (one + two).unlink()

    def test_archived_group(self):
        selection = self.create_selection(
            ("any", self.trade), ("exclude", self.private)
        )
        self.private.active = False
        self.assertFinds(selection, self.anna + self.cleo)
        self.assertIn("Private", selection.notice)

    def test_merged_groups(self):
        selection = self.create_selection(
            ("any", self.wholesale), ("any", self.students), ("exclude", self.retail)
        )
        self.students._merge_into(self.wholesale)
        self.assertFinds(selection, self.anna + self.ben + self.cleo)

    def test_search_operators(self):
        selection = self.create_selection(("any", self.trade), name="Spring")
        partners = self.find(selection)
        mine = [("id", "in", self.mine.ids)]
        name = "customer_group_selection_id"
        for leaf, found in [
            ((name, "=", selection.id), self.mine - self.dora),
            ((name, "!=", selection.id), self.dora),
            ((name, "not in", selection.ids), self.dora),
            ((name, "ilike", "spri"), self.mine - self.dora),
            ((name, "ilike", "autumn"), self.mine[:0]),
            ((name, "any", [("name", "=", "Spring")]), self.mine - self.dora),
            ((name, "=", False), self.mine[:0]),
        ]:
            with self.subTest(leaf):
                self.assertEqual(partners.search([*mine, leaf]).sudo(), found)
        with self.assertRefused(UserError, "does not exist any more"):
            partners.search([(name, "not in", [selection.id + 1000])])

    # ------------------------------------------------------------
    # WHILE EDITING
    # ------------------------------------------------------------

    def test_form(self):
        form = Form(self.Selection.with_user(self.assigner))
        form.name = "New"
        self.assertEqual(self.count(form), 0)
        with form.line_ids.new() as line:
            line.group_id = self.trade
        self.assertEqual(self.count(form), 3)
        with form.line_ids.new() as line:
            line.mode = "exclude"
            line.group_id = self.students
        self.assertEqual(self.count(form), 2)
        form.for_email = True
        self.assertEqual(self.count(form), 1)
        form.cap_mode = "random"
        form.cap_count = 1
        selection = form.save()
        self.assertFinds(selection, self.anna)
        form = Form(selection)
        form.line_ids.remove(1)
        self.assertEqual(form.waterfall[0]["count"], 3)
        self.assertEqual(form.waterfall[1]["name"], "opted_out")

    def test_sample_shown_is_the_sample_saved(self):
        people = self.Partner.create([{"name": f"P{i}"} for i in range(30)])
        form = Form(self.Selection.with_user(self.assigner))
        form.name = "Sample"
        form.domain = repr([("id", "in", people.ids)])
        form.cap_mode = "random"
        form.cap_count = 5
        seed = form.seed
        self.assertEqual(form.save().seed, seed)

    # ------------------------------------------------------------
    # SCALE
    # ------------------------------------------------------------

    def test_queries(self):
        """Neither groups nor contacts nor lines add a query."""
        numbers = []
        groups = self.create_tree(600)
        for size in (3, 60):
            members = self.Partner.create(
                [
                    {"name": f"P{i}", "customer_group_ids": groups[i % size].ids}
                    for i in range(size * 5)
                ]
            )
            self.assertTrue(members)
            selection = self.create_selection(
                *(("any", group) for group in groups[:size]),
                *(("every", group) for group in groups[size : 2 * size]),
                *(("exclude", group) for group in groups[2 * size : 3 * size]),
                for_email=True,
            )
            for task in (
                lambda s: s.contact_count,
                lambda s: self.find(s),
                lambda s: s._freeze("freeze", s._get_domain()),
            ):
                task(selection)  # caches of rights
                selection = self.as_user(selection, self.assigner)
                count = self.env.cr.sql_log_count
                task(selection)
                numbers.append(self.env.cr.sql_log_count - count)
                self.env.invalidate_all()
        self.assertEqual(numbers[:3], numbers[3:])
