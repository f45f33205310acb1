# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CustomerGroupCommon


class CompareCase(CustomerGroupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = cls.Group.search([])
        cls.people = cls.Partner.create([{"name": f"Person {i}"} for i in range(15)])

    def get_below(self, group, include_subgroups):
        if not include_subgroups:
            return group
        return self.groups.filtered(
            lambda other: other.parent_path.startswith(group.parent_path)
        )

    def open_as(self, user, action):
        """Return the contacts that an action shows to a user."""
        return self.Partner.with_user(user).search(action["domain"])


@tagged("post_install", "-at_install")
class TestOverlap(CompareCase):
    def fill(self, seed):
        random = Random(seed)
        for person in self.people:
            person.customer_group_ids = self.Group.browse(
                random.sample(self.groups.ids, random.randrange(5))
            )
        self.people[3].action_archive()

    def test_one_by_one(self):
        """Each number is what can be counted, and what opens."""
        groups = self.Group.with_user(self.reader)
        for seed in range(3):
            self.fill(seed)
            for below in (False, True):
                result = groups.get_overlap(self.groups.ids, None, below)
                members = {
                    group.id: self.Partner.search([]).filtered(
                        lambda p, group=group, below=below: (
                            p.customer_group_ids & self.get_below(group, below)
                        )
                    )
                    for group in self.groups
                }
                self.assertEqual(
                    {row["id"]: row["members"] for row in result["groups"]},
                    {id_: len(found) for id_, found in members.items()},
                )
                pairs = {frozenset(pair[:2]): pair[2:] for pair in result["pairs"]}
                self.assertEqual(len(pairs), len(result["pairs"]))
                for one in self.groups.ids:
                    for other in self.groups.ids:
                        both = members[one] & members[other]
                        if one != other:
                            self.assertEqual(
                                pairs.get(frozenset((one, other)), (0, None)),
                                (len(both), len(members[one] | members[other]))
                                if both
                                else (0, None),
                            )
                        action = groups.get_overlap_action([one, other], below)
                        self.assertEqual(self.open_as(self.reader, action), both)

    def test_remarks(self):
        """Nearly equal groups and empty ones are named; nested ones are not equal."""
        crowd = self.Partner.create([{"name": f"C {i}"} for i in range(20)])
        both = self.students + self.retail
        crowd.customer_group_ids = both
        result = self.Group.get_overlap()
        self.assertEqual(result["duplicates"], [tuple(both.ids)])
        self.assertEqual(self.Group.browse(result["empty"]), self.trade + self.private)
        crowd[0].customer_group_ids = self.retail
        self.assertTrue(self.Group.get_overlap()["duplicates"])
        crowd[1].customer_group_ids = self.students
        self.assertFalse(self.Group.get_overlap()["duplicates"])
        nested = self.private + self.students
        result = self.Group.get_overlap(nested.ids, include_subgroups=True)
        self.assertEqual(result["pairs"][0][2], result["pairs"][0][3])
        self.assertFalse(result["duplicates"])

    def test_which_groups(self):
        def get_ids(**options):
            result = self.Group.with_user(self.reader).get_overlap(**options)
            return self.Group.browse(row["id"] for row in result["groups"])

        self.assertEqual(get_ids(parent_id=self.trade.id), self.retail + self.wholesale)
        with patch.object(type(self.Group), "_compare_default", 2):
            self.assertEqual(get_ids(), self.wholesale + self.wholesale_eu)
            self.assertEqual(
                get_ids(include_subgroups=True), self.trade + self.wholesale
            )
            found = self.Group.with_user(self.reader).get_overlap()["found"]
            self.assertEqual(found, 6)
        with patch.object(type(self.Group), "_compare_limit", 2):
            with self.assertRefused(UserError, "3 groups are too many"):
                get_ids(group_ids=self.groups[:3].ids)
            self.assertFalse(get_ids(parent_id=self.students.id))

    def test_other_company(self):
        """Groups and contacts of other companies neither appear nor count."""
        there = self.env["res.company"].create({"name": "There"})
        hidden = self.create_group("Hidden", company_id=there.id)
        self.people[:5].customer_group_ids = hidden + self.retail + self.students
        self.people[5].company_id = there
        self.people[5].customer_group_ids = self.retail + self.students
        for user in (self.reader, self.manager):
            groups = self.as_user(self.Group, user)
            ids = (hidden + self.retail + self.students).ids
            result = groups.get_overlap(ids)
            self.assertEqual(
                [(row["id"], row["members"]) for row in result["groups"]],
                [(self.students.id, 6), (self.retail.id, 5)],
            )
            self.assertEqual(result["found"], 2)
            largest = [row["id"] for row in groups.get_overlap()["groups"]]
            self.assertNotIn(hidden.id, largest)
            action = groups.get_overlap_action([hidden.id, self.retail.id])
            self.assertNotIn("Hidden", action["name"])
            self.assertEqual(len(action["domain"]), 1)
            moved = groups.get_movement("2000-01-01", "2100-01-01", ids)
            self.assertEqual(
                moved["moves"],
                [(False, self.students.id, 6), (False, self.retail.id, 5)],
            )
            with self.assertRefused(UserError, "no such group"):
                groups.get_movement_action(
                    "2000-01-01", "2100-01-01", ids, False, hidden.id
                )
        for user in (self.portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.as_user(self.Group, user).get_overlap()

    def test_number_of_queries(self):
        groups = self.Group.with_user(self.reader)
        for size in (10, 1000):
            people = self.Partner.create([{"name": f"P {i}"} for i in range(size)])
            people.customer_group_ids = self.groups[:3]
            chosen = self.create_tree(30)[:20] if size > 10 else self.groups
            groups.get_overlap(chosen.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(7):
                groups.get_overlap(chosen.ids)
            self.env.invalidate_all()
            with self.assertQueryCount(7):
                groups.get_movement("2026-01-01", "2026-12-31", chosen.ids)


@tagged("post_install", "-at_install")
class TestMovement(CompareCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.anna + cls.ben + cls.cleo).customer_group_ids = False
        cls.env["customer.group.membership"].search([]).unlink()
        cls.reader.tz = "Europe/Berlin"

    def put(self, moment, partner, groups):
        with freeze_time(moment):
            partner.customer_group_ids = groups

    def move(self, *period, **options):
        groups = self.as_user(self.Group, self.reader)
        return groups.get_movement(*period, **options)

    def get_state(self, person, group, moment, below):
        return any(
            row.partner_id == person
            and row.group_id in self.get_below(group, below)
            and row.date_start < moment
            and (not row.date_end or row.date_end >= moment)
            for row in self.env["customer.group.membership"].search([])
        )

    def test_one_by_one(self):
        """Each number is what can be counted, and what opens. A day has 23 hours."""
        random = Random(5)
        start = datetime(2026, 3, 20)
        moments = sorted(
            start + timedelta(minutes=random.randrange(20 * 1440)) for _n in range(60)
        )
        for moment in moments:
            groups = self.Group.browse(
                random.sample(self.groups.ids, random.randrange(3))
            )
            self.put(moment, random.choice(self.people), groups)
        zone = pytz.timezone(self.reader.tz)
        period = "2026-03-29", "2026-04-03"
        begin, end = (
            zone.localize(day).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (datetime(2026, 3, 29), datetime(2026, 4, 4))
        )
        for below in (False, True):
            compared = self.groups - self.private
            expected = {}
            for person in self.people:
                old, new = (
                    compared.filtered(
                        lambda g, p=person, m=moment, b=below: self.get_state(
                            p, g, m, b
                        )
                    )
                    for moment in (begin, end)
                )
                pairs = [(id_, id_) for id_ in (old & new).ids]
                pairs += [
                    (origin, target)
                    for origin in (old - new).ids or [False]
                    for target in (new - old).ids or [False]
                    if origin or target
                ]
                for pair in pairs:
                    expected[pair] = expected.get(pair, self.Partner) + person
            result = self.move(*period, group_ids=compared.ids, include_subgroups=below)
            self.assertEqual(
                {(one, other): count for one, other, count in result["moves"]},
                {pair: len(people) for pair, people in expected.items()},
            )
            for (one, other), people in expected.items():
                action = self.as_user(self.Group, self.reader).get_movement_action(
                    *period, compared.ids, one, other, below
                )
                self.assertEqual(self.open_as(self.reader, action), people)
            for row in result["groups"]:
                ins = sum(n for o, t, n in result["moves"] if o == t == row["id"])
                self.assertLessEqual(ins, min(row["before"], row["after"]))

    def test_there_and_back(self):
        """What happened in between does not matter."""
        person = self.people[0]
        self.put("2026-05-01 10:00:00", person, self.students)
        self.put("2026-05-10 10:00:00", person, self.retail)
        self.put("2026-05-20 10:00:00", person, self.students)
        students, retail = self.students.id, self.retail.id
        for first, last, moves in (
            ("2026-05-05", "2026-05-25", [(students, students, 1)]),
            ("2026-05-05", "2026-05-15", [(students, retail, 1)]),
            ("2026-05-10", "2026-05-10", [(students, retail, 1)]),
            ("2026-05-11", "2026-05-19", [(retail, retail, 1)]),
            ("2026-04-01", "2026-05-15", [(False, retail, 1)]),
            ("2026-03-01", "2026-04-15", []),
        ):
            self.assertEqual(self.move(first, last)["moves"], moves, first)

    def test_archived_and_deleted(self):
        for person in self.people[:3]:
            self.put("2026-05-01 10:00:00", person, self.students)
        self.people[0].action_archive()
        self.people[1].unlink()
        self.assertEqual(
            self.move("2026-05-01", "2026-05-02")["moves"],
            [(False, self.students.id, 2)],
        )

    def test_bad_period(self):
        for period, message in (
            (("2026-05-02", "2026-05-01"), "ends before it begins"),
            ((False, "2026-05-01"), "Choose the first and the last day"),
            (("yesterday", "2026-05-01"), "Choose the first and the last day"),
        ):
            with self.assertRefused(UserError, message):
                self.move(*period)

    def test_too_many(self):
        for person in self.people[:3]:
            self.put("2026-05-01 10:00:00", person, self.students)
        groups = self.Group.with_user(self.reader)
        args = ("2026-05-01", "2026-05-01", self.groups.ids, False, self.students.id)
        with (
            patch.object(type(self.Group), "_moved_limit", 2),
            self.assertRefused(UserError, "More than 2 contacts"),
        ):
            groups.get_movement_action(*args)
        self.assertEqual(groups.get_movement_action(*args)["name"], "Joined Students")


@tagged("post_install", "-at_install")
class TestComparePage(CompareCase):
    def open_page(self, user=None, **options):
        pages = self.env["customer.group.compare"].with_user(user or self.reader)
        action = pages._get_page_action(**options)
        return pages.browse(action["res_id"])

    def test_page(self):
        page = self.open_page()
        self.assertEqual(page.display_name, "Overlap of Groups")
        cells = page.matrix["cells"]
        pair = self.wholesale.id, self.wholesale_eu.id
        self.assertIn([*pair, 1, 3], [list(cell) for cell in cells])
        self.assertIn([*pair[::-1], 1, 3], [list(cell) for cell in cells])

    def test_change(self):
        page = self.open_page(groups=self.trade)
        ids = [group["id"] for group in page.matrix["groups"]]
        self.assertEqual(ids, (self.retail + self.wholesale).ids)
        with Form(page) as form:
            form.choice = "chosen"
            self.assertIn("two groups", form.matrix["message"])
            form.group_ids.add(self.students)
            form.group_ids.add(self.retail)
            self.assertEqual(len(form.matrix["groups"]), 2)
            form.kind = "movement"
            self.assertIn("before", form.matrix["groups"][0])
            form.date_to = "2000-01-01"
            self.assertIn("ends before it begins", form.matrix["message"])
        page = self.open_page(groups=self.trade + self.students)
        self.assertEqual(page.group_ids, self.trade + self.students)

    def test_nothing_to_compare(self):
        self.Group.search([]).unlink()
        self.assertIn("no groups", self.open_page().matrix["message"])

    def test_pages_are_private(self):
        page = self.open_page()
        with self.assertRaises(AccessError):
            page.with_user(self.assigner).read(["matrix"])
        with self.assertRaises(AccessError):
            self.open_page(user=self.portal)

    def test_menus(self):
        """Everybody may open what the menus offer."""
        for name in ("overlap", "movement"):
            action = self.env.ref(
                f"customer_group.customer_group_compare_action_{name}"
            )
            opened = action.with_user(self.reader).run()
            self.assertEqual(opened["res_model"], "customer.group.compare")
        action = self.env.ref("customer_group.customer_group_action_compare")
        opened = (
            action.with_user(self.reader)
            .with_context(active_model="customer.group", active_ids=self.groups[:2].ids)
            .run()
        )
        page = self.env["customer.group.compare"].browse(opened["res_id"])
        self.assertEqual(page.group_ids, self.groups[:2])

    def test_sources(self):
        """How contacts joined is counted under the rules of the reader."""
        there = self.env["res.company"].create({"name": "There"})
        self.people[0].company_id = there
        self.people[:2].customer_group_ids = self.students
        read = self.env["customer.group.membership"].with_user(self.reader)._read_group
        domain = [("group_id", "=", self.students.id)]
        self.assertEqual(
            read(domain, ["source"], ["__count"]),
            [("manual", 2)],  # Ben and one of the two
        )
