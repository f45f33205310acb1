# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
from copy import deepcopy
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CustomerGroupCommon
from .rule_oracle import Group, Refused, World

CITIES = (False, "Arcadia", "Utopia", "Old Arcadia")
TYPES = ("contact", "invoice", "delivery")
DAYS = ("2020-01-01 12:00:00", "2022-06-15 12:00:00", "2024-03-31 12:00:00")
NUMBER = st.integers(0, 99)


def conditions():
    """Return the strategy of single conditions; what is to be chosen is a number."""
    leaf = st.tuples
    city = st.sampled_from(CITIES)
    equal = st.sampled_from(["=", "!="])
    contained = st.sampled_from(["in", "not in"])
    groups = st.lists(NUMBER, min_size=1, max_size=2)
    return st.one_of(
        leaf(st.just("city"), equal, city),
        leaf(st.just("city"), contained, st.lists(city, min_size=1, max_size=2)),
        leaf(st.just("city"), st.just("ilike"), st.just("arcadia")),
        leaf(st.just("color"), st.sampled_from(["<", ">="]), st.integers(0, 3)),
        leaf(st.just("type"), equal, st.sampled_from(TYPES)),
        leaf(st.just("create_date"), st.sampled_from(["<", ">="]), st.integers(0, 2)),
        leaf(st.just("country_id"), equal, st.integers(0, 2)),
        leaf(st.just("customer_group_ids"), st.sampled_from(["in", "not in"]), groups),
        leaf(st.just("customer_group_ids"), st.just("child_of"), groups),
        leaf(st.just("customer_group_id"), st.sampled_from(["in", "not in"]), groups),
    )


def combine(rules):
    return st.one_of(
        st.tuples(st.sampled_from("&|"), rules, rules),
        st.tuples(st.just("!"), rules),
    )


RULE = st.recursive(conditions(), combine, max_leaves=4)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("change", "change", "change_and_remove", "change_company", "create"),
                *("archive", "add", "add", "remove", "remove", "bulk_add", "bulk_add"),
                *("bulk_remove", "undo", "undo", "admit", "delete", "settle"),
                *("switch", "rule", "move", "archive_group", "exclusive", "order"),
            ]
        ),
        NUMBER,
        NUMBER,
        st.lists(NUMBER, min_size=1, max_size=3),
        RULE,
    ),
    min_size=4,
    max_size=14,
)


@tagged("post_install", "-at_install")
class TestRuleProperties(CustomerGroupCommon):
    """Queue, full run, and what plain Python says: they always agree."""

    EXAMPLES = int(os.environ.get("RULE_EXAMPLES", "100"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Group.search([]).unlink()
        cls.queue = cls.env["customer.group.rule.queue"]
        cls.runs = cls.env["customer.group.rule.run"]
        cls.company = cls.env["res.company"].create({"name": "Here"})
        cls.companies = [None, cls.company.id, cls.env.company.id]
        cls.countries = [None, *cls.env["res.country"].search([], limit=2).ids]
        cls.world = World()
        cls.build_groups()
        for number in range(8):
            cls.create_contact(number)
        # The job commits; here what it does is undone after each example.
        cls.startClassPatcher(patch.object(cls.env.cr, "commit", cls.env.flush_all))

    @classmethod
    def build_groups(cls):
        plain = cls.add_group("Plain")
        cls.add_group("Plain Sub", plain)
        cls.add_group("Plain Rule", plain)
        size = cls.add_group("Size", is_exclusive=True)
        large = cls.add_group("A Large", size)
        cls.add_group("B Small", size)
        cls.add_group("C Special", size)
        cls.add_group("Largest", large)
        cls.add_group("Chain One")
        cls.add_group("Chain Two")
        cls.add_group("Of Here", company_id=cls.company.id)

    @classmethod
    def add_group(cls, name, parent=None, **values):
        group = cls.create_group(name, parent, **values)
        cls.world.groups[group.id] = Group(
            id=group.id,
            parent=parent and parent.id,
            place=(group.sequence, group.name_key),
            exclusive=group.is_exclusive,
            company=group.company_id.id or None,
        )
        return group

    @classmethod
    def create_contact(cls, number):
        values = {
            "name": f"Contact {number}",
            "ref": "Property",
            "city": CITIES[number % 4],
            "color": number % 4,
            "type": TYPES[number % 3],
            "country_id": cls.countries[number % 3],
        }
        contact = cls.Partner.create(values)
        contact.flush_recordset()
        day = DAYS[number % 3]
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s", [day, contact.id]
        )
        cls.world.contacts[contact.id] = {
            **values,
            "city": values["city"] or None,
            "create_date": day,
            "company_id": None,
            "active": True,
        }
        return contact

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(st.lists(RULE, min_size=6, max_size=6), STEPS)
    def test_any_sequence(self, rules, steps):
        initial = self.world
        savepoint = self.env.cr.savepoint()
        try:
            type(self).world = deepcopy(initial)
            with_rule = [2, 4, 5, 8, 9, 10]
            for number, rule in zip(with_rule, rules, strict=True):
                self.step("rule", number, 0, [0], rule)
            self.step("settle", 0, 0, [0], None)
            for step in steps:
                self.step(*step)
            self.step("settle", 0, 0, [0], None)
            self.check_full_run()
        finally:
            savepoint.close(rollback=True)
            type(self).world = initial
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def step(self, door, one, other, several, rule):
        """Take a step in both worlds: both do the same, or both refuse it."""
        before = deepcopy(self.world)
        refusal = None
        try:
            with self.env.cr.savepoint():
                getattr(self, f"do_{door}")(one, other, several, rule)
                self.env.flush_all()
        except UserError as error:
            refusal = str(error)
        except Refused:
            self.fail(f"{door}: only the oracle refuses this")
        if refusal:
            self.assertRegex(refusal, "circle|exclude each|belong|archived|undone")
            type(self).world = before
        self.env.invalidate_all()
        if refusal:
            self.env.registry.clear_cache()
        self.check_worlds(door)

    def check_worlds(self, door):
        self.env.cr.execute(
            """SELECT partner_id, group_id, by_rule IS TRUE
                 FROM customer_group_membership WHERE date_end IS NULL"""
        )
        found = {
            (contact, group): flag for contact, group, flag in self.env.cr.fetchall()
        }
        wanted = {pair: row.by_rule for pair, row in self.world.members.items()}
        self.assertEqual(found, wanted, f"Members after {door}")
        self.env.cr.execute(
            """SELECT partner_id, group_id FROM customer_group_exclusion
                WHERE end_operation_id IS NULL"""
        )
        kept_out = set(self.env.cr.fetchall())
        self.assertEqual(kept_out, set(self.world.kept_out), f"Kept out after {door}")
        self.assertFalse(kept_out & found.keys(), f"In and kept out after {door}")
        self.assertLedger()

    def check_full_run(self):
        """A full run finds nothing to do after the queue has been worked off."""
        order, cycle = self.Group._get_rule_order()
        self.assertFalse(cycle)
        for group in order:
            self.assertFalse(group._run_rule(), f"A full run changes {group.name}")
            self.assertEqual(group.rule_state, "done")
            matching = [
                id_
                for id_ in self.world.contacts
                if self.world.matches(id_, self.world.groups[group.id])
            ]
            self.assertEqual(group.rule_matched, len(matching))

    # ------------------------------------------------------------
    # CHOOSING
    # ------------------------------------------------------------

    def contact(self, number):
        ids = sorted(self.world.contacts)
        return self.Partner.browse(ids[number % len(ids)])

    def contacts(self, numbers):
        return self.Partner.union(*map(self.contact, numbers))

    def group(self, number):
        ids = sorted(self.world.groups)
        return self.Group.browse(ids[number % len(ids)])

    def groups(self, numbers):
        return self.Group.union(*map(self.group, numbers))

    def pairs(self, contacts, groups):
        return [(contact.id, group.id) for contact in contacts for group in groups]

    def choose(self, rule):
        """Replace the numbers in a rule by what they stand for."""
        if rule[0] in ("&", "|", "!"):
            return (rule[0], *map(self.choose, rule[1:]))
        name, sign, value = rule
        if name == "create_date":
            value = DAYS[value]
        elif name == "country_id":
            value = self.countries[value] or False
        elif name.startswith("customer_group"):
            value = self.groups(value).ids
        return name, sign, value

    def get_domain(self, rule):
        """Return the rule in Polish notation."""
        if rule[0] in ("&", "|", "!"):
            return [
                rule[0],
                *(part for sub in rule[1:] for part in self.get_domain(sub)),
            ]
        return [rule]

    def enter(self, operation):
        """Remember how the last change is called in the journal."""
        last = self.env["customer.group.operation"].search([], limit=1)
        if operation.pairs:
            self.world.operations[last.id] = operation

    def expect(self, engine, oracle, *args, **values):
        """Do the same in both; what the engine refuses, the oracle refuses too."""
        try:
            operation = oracle(*args, **values)
        except Refused:
            with self.assertRaisesRegex(UserError, "exclude each|circle|archived"):
                engine()
            raise UserError(self.env._("exclude each other")) from None
        engine()
        return operation

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    def get_values(self, number, several):
        name = ("city", "color", "type", "country_id")[number % 4]
        choices = {
            "city": CITIES,
            "color": range(4),
            "type": TYPES,
            "country_id": self.countries,
        }[name]
        return {name: choices[several[0] % len(choices)]}

    def note(self, contact, values):
        values = {name: value or None for name, value in values.items()}
        if "color" in values:
            values["color"] = values["color"] or 0
        self.world.contacts[contact.id].update(values)

    def do_change(self, one, other, several, _rule):
        values = self.get_values(other, several)
        for contact in self.contacts([one, *several]):
            self.note(contact, values)
        self.contacts([one, *several]).write(values)

    def do_change_and_remove(self, one, other, several, _rule):
        contact, values = self.contact(one), self.get_values(other, several)
        self.note(contact, values)
        groups = self.group(several[-1]).filtered("active")
        commands = [Command.unlink(id_) for id_ in groups.ids]
        self.world.change([], self.pairs(contact, groups))
        contact.write({**values, "customer_group_ids": commands})

    def do_change_company(self, one, other, _several, _rule):
        company_id = self.companies[other % 3]
        self.contact(one).company_id = company_id
        self.note(self.contact(one), {"company_id": company_id})

    def do_create(self, one, _other, _several, _rule):
        self.create_contact(one)

    def do_archive(self, one, _other, _several, _rule):
        contact = self.contact(one)
        contact.active = not contact.active
        self.world.contacts[contact.id]["active"] = contact.active

    def do_delete(self, one, _other, _several, _rule):
        contact = self.contact(one)
        if len(self.world.contacts) > 3:
            self.world.forget_contact(contact.id)
            contact.unlink()

    # ------------------------------------------------------------
    # MEMBERS
    # ------------------------------------------------------------

    def do_add(self, one, _other, several, _rule):
        contact, groups = self.contact(one), self.groups(several)
        commands = [Command.link(id_) for id_ in groups.ids]
        operation = self.expect(
            lambda: contact.write({"customer_group_ids": commands}),
            self.world.change,
            self.pairs(contact, groups),
            [],
        )
        self.enter(operation)

    def do_remove(self, one, _other, several, _rule):
        # A form does not know archived groups.
        contact, groups = self.contact(one), self.groups(several).filtered("active")
        commands = [Command.unlink(id_) for id_ in groups.ids]
        contact.write({"customer_group_ids": commands})
        self.enter(self.world.change([], self.pairs(contact, groups)))

    def do_bulk_add(self, one, _other, several, _rule):
        contacts, group = self.contacts(several), self.group(one)
        operation = self.expect(
            lambda: group.add_members(contacts.ids),
            self.world.change,
            self.pairs(contacts, group),
            [],
            pins=True,
        )
        self.enter(operation)

    def do_bulk_remove(self, one, _other, several, _rule):
        contacts, group = self.contacts(several), self.group(one)
        group.remove_members(contacts.ids)
        self.enter(self.world.change([], self.pairs(contacts, group)))

    def do_undo(self, one, _other, _several, _rule):
        ids = [i for i, o in self.world.operations.items() if not o.undone]
        if ids:
            id_ = ids[-1 - one % len(ids)]
            operation = self.env["customer.group.operation"].browse(id_)
            self.expect(operation._undo, self.world.undo, self.world.operations[id_])

    def do_admit(self, one, _other, _several, _rule):
        if self.world.kept_out:
            pair = sorted(self.world.kept_out)[one % len(self.world.kept_out)]
            contact_id, group_id = pair
            rows = self.env["customer.group.exclusion"].search(
                [
                    ("partner_id", "=", contact_id),
                    ("group_id", "=", group_id),
                    ("end_operation_id", "=", False),
                ]
            )
            rows.action_admit()
            self.world.admit(pair)

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    def update(self, group, values, **mine):
        """Change a group in both worlds; circles are refused by both."""
        for name, value in mine.items():
            setattr(self.world.groups[group.id], name, value)
        self.expect(lambda: group.write(values), self.world.get_order)

    def do_rule(self, one, _other, _several, rule):
        group, chosen = self.group(one), self.choose(rule)
        domain = ["&", ("ref", "=", "Property"), *self.get_domain(chosen)]
        values = {"use_rule": True, "rule_domain": repr(domain)}
        self.update(group, values, use_rule=True, rule=chosen)

    def do_switch(self, one, _other, _several, _rule):
        group = self.group(one)
        mine = self.world.groups[group.id]
        if mine.use_rule:
            self.world.switch_off(mine)
            group.use_rule = False
        elif mine.rule:
            self.update(group, {"use_rule": True}, use_rule=True)

    def do_move(self, one, other, _several, _rule):
        group, parent = self.group(one), self.group(other)
        line = {above.id for above in self.world.get_line(parent.id)}
        if group.id in line or not parent.active or parent.company_id:
            parent = self.Group
        self.update(group, {"parent_id": parent.id}, parent=parent.id or None)

    def do_archive_group(self, one, _other, _several, _rule):
        group = self.group(one)
        mine = self.world.groups[group.id]
        if mine.active:
            for id_ in self.world.get_subtree({group.id}):
                self.world.groups[id_].active = False
            self.expect(group.action_archive, self.world.get_order)
        else:
            for above in self.world.get_line(group.id):
                self.world.groups[above.id].active = True
            self.expect(group.action_unarchive, self.world.get_order)

    def do_exclusive(self, one, _other, _several, _rule):
        group = self.group(one)
        value = not group.is_exclusive
        self.update(group, {"is_exclusive": value}, exclusive=value)

    def do_order(self, one, other, _several, _rule):
        group = self.group(one)
        place = (other % 3, group.name_key)
        self.update(group, {"sequence": other % 3}, place=place)

    def do_settle(self, _one, _other, _several, _rule):
        """Do what the two jobs do, and nothing more."""
        self.runs._cron_run()
        self.queue._cron_run()
        self.world.settle()
