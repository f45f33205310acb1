# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo.tests import tagged

from .test_rule import RuleCommon


@tagged("post_install", "-at_install")
class TestRulePerformance(RuleCommon):
    """What rules cost: the number of queries does not depend on the contacts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.many = cls.Partner.create(
            [{"name": f"Contact {i:04}", "ref": "many"} for i in range(1000)]
        )
        cls.run_queue(cls)

    def record(self, function):
        """Return the queries of what is done a second time, with filled caches."""
        with self.env.cr.savepoint(flush=False) as savepoint:
            function()
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        queries = []
        with contextmanager(self._patchExecute)(queries):
            function()
            self.env.flush_all()
        return [str(query) for query in queries]

    def about_groups(self, function):
        return [q for q in self.record(function) if "customer_group" in q]

    # ------------------------------------------------------------
    # SAVING
    # ------------------------------------------------------------

    def test_saving_what_no_rule_looks_at(self):
        partner = self.many[0].with_user(self.assigner)
        save = {"comment": "Renamed", "phone": "+41 61"}
        self.assertFalse(self.about_groups(lambda: partner.write(save)))

    def test_saving_what_a_rule_looks_at(self):
        """One statement, for any number of contacts."""
        for partners in (self.many[:1], self.many):
            partners = partners.with_user(self.assigner)
            [query] = self.about_groups(
                lambda partners=partners: partners.write({"city": "Arcadia"})
            )
            self.assertIn("INSERT INTO customer_group_rule_queue", query)

    def test_creating(self):
        partners = self.Partner.with_user(self.assigner)
        [query] = self.about_groups(
            lambda: partners.create([{"name": "One"}, {"name": "Two"}])
        )
        self.assertIn("INSERT INTO customer_group_rule_queue", query)

    def test_without_any_rule(self):
        self.dora.with_user(self.assigner).write(self.put_into(self.retail))
        with_rule = self.record_changes()
        self.arcadia.use_rule = False
        partners = self.Partner.with_user(self.assigner)
        self.assertFalse(
            self.about_groups(lambda: self.anna.write({"city": "Utopia"}))
            + self.about_groups(lambda: partners.create({"name": "New"}))
        )
        without = self.record_changes()
        for table in ("rule", "exclusion"):
            self.assertFalse([q for q in without if f"customer_group_{table}" in q])
        # With rules, each of the four changes asks whether one looks at the group, and
        # bulk changes whom to hold.
        self.assertLessEqual(len(with_rule), len(without) + 4 * 2)

    def record_changes(self):
        partner = self.cleo.with_user(self.assigner)
        students = self.students.with_user(self.assigner)
        return [
            *self.record(lambda: partner.write(self.put_into(self.retail))),
            *self.record(lambda: partner.write(self.take_out_of(self.retail))),
            *self.record(lambda: students.add_members(self.dora.ids)),
            *self.record(lambda: students.remove_members(self.dora.ids)),
        ]

    # ------------------------------------------------------------
    # RUNS
    # ------------------------------------------------------------

    def count_run(self, partners, incremental=False):
        """Return the queries of a run that lets these join, and of one without work."""
        numbers = []
        for city in (False, "Arcadia", "Arcadia", False):
            partners.city = city
            self.env.flush_all()
            self.env.invalidate_all()
            ids = partners.ids if incremental else None
            start = self.env.cr.sql_log_count
            operation = self.arcadia._run_rule(ids, force=True)
            numbers.append((self.env.cr.sql_log_count - start, bool(operation)))
            self.assertEqual(
                operation.added + operation.removed, len(partners) * bool(operation)
            )
        self.assertEqual([changed for _number, changed in numbers][1:], [1, 0, 1])
        return [number for number, _changed in numbers]

    def test_run(self):
        """As many queries for 10 contacts as for 1,000."""
        for incremental in (False, True):
            self.count_run(self.many[:10], incremental)  # fills the caches
            self.assertEqual(
                self.count_run(self.many[:10], incremental),
                self.count_run(self.many, incremental),
            )

    def test_batch(self):
        """As many queries for each further rule, and few."""
        rules = [self.create_rules(20), self.create_rules(20)]
        numbers = []
        for groups in (rules[1], self.Group):
            groups.use_rule = False
            for _attempt in range(2):  # fills the caches
                self.queue._enter(self.many.ids)
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                self.queue._run_batch()
                number = self.env.cr.sql_log_count - start
            numbers.append(number)
            rules[1].use_rule = True
            self.run_requested()
        few, many = numbers
        self.assertLessEqual(many - few, 20 * 5)

    def create_rules(self, number):
        groups = self.Group.create(
            [
                {
                    "name": f"Rule {len(self.Group.search([]))} {i}",
                    "use_rule": True,
                    "rule_domain": repr([("color", "=", i), ("ref", "=", "many")]),
                }
                for i in range(number)
            ]
        )
        self.run_requested()
        return groups

    def run_requested(self):
        for group in self.Group.search([("rule_state", "=", "waiting")]):
            group._run_rule()
