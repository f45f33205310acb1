# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What rules mean, in plain Python: sets and loops, and nothing of the engine.

Used by ``test_rule_properties.py``.
"""

import operator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

COMPARE = {"=": operator.eq, "<": operator.lt, ">=": operator.ge}
GROUP_FIELDS = ("customer_group_ids", "customer_group_id")


class Refused(Exception):
    """A person asked for what cannot be."""


@dataclass
class Group:
    """A group; ``rule`` is a nested tuple, see :meth:`World.is_true`."""

    id: int
    parent: int | None = None
    place: tuple = ()
    active: bool = True
    exclusive: bool = False
    company: int | None = None
    use_rule: bool = False
    rule: tuple = ()


@dataclass(eq=False)
class Row:
    """A membership that is open."""

    by_rule: bool
    began: object
    pinned_by: object = None


@dataclass(eq=False)
class Operation:
    """A change by hand, with what is needed to undo it."""

    pairs: set = field(default_factory=set)
    ended: list = field(default_factory=list)  # pairs (pair, by rule)
    kept_out: set = field(default_factory=set)
    admitted: list = field(default_factory=list)
    undone: bool = False


class World:
    """Contacts, groups, who is in, and whom people keep out.

    A pair is (contact id, group id).
    """

    def __init__(self):
        self.contacts, self.groups = {}, {}
        self.members = {}  # pair: Row
        self.kept_out = {}  # pair: Operation that did it
        self.operations = {}  # id of the operation in the journal: Operation

    # ------------------------------------------------------------
    # TREE
    # ------------------------------------------------------------

    def get_line(self, id_):
        """Return the groups from the main group down to this one."""
        group = self.groups[id_]
        return (*(self.get_line(group.parent) if group.parent else ()), group)

    def get_subtree(self, ids):
        """Return the ids of groups and of what is below; archived only below such."""
        return {
            group.id
            for group in self.groups.values()
            for top in self.get_line(group.id)
            if top.id in ids and (group.active or not top.active)
        }

    def get_rivals(self, group):
        """Return the ids of groups that exclude one, and of those that go before."""
        others, earlier = set(), set()
        line = self.get_line(group.id)
        for above, branch in zip(line, line[1:], strict=False):
            if above.exclusive:
                for other in self.groups.values():
                    if other.parent == above.id and other.active and other != branch:
                        subtree = self.get_subtree({other.id})
                        others |= subtree
                        if (other.place, other.id) < (branch.place, branch.id):
                            earlier |= subtree
        return others, earlier

    def get_rules(self):
        return [g for g in self.groups.values() if g.use_rule and g.active]

    # ------------------------------------------------------------
    # WHO MATCHES
    # ------------------------------------------------------------

    def matches(self, contact_id, group):
        contact = self.contacts[contact_id]
        return (
            contact["active"]
            and (not group.company or contact["company_id"] in (None, group.company))
            and self.is_true(group.rule, contact_id)
        )

    def is_true(self, rule, contact_id):
        """Tell whether a contact meets a rule.

        :param tuple rule: ("&" or "|", rule, rule), ("!", rule), or (field, operator,
            value)
        """
        match rule:
            case ("&", one, other):
                return self.is_true(one, contact_id) and self.is_true(other, contact_id)
            case ("|", one, other):
                return self.is_true(one, contact_id) or self.is_true(other, contact_id)
            case ("!", one):
                return not self.is_true(one, contact_id)
        name, sign, value = rule
        if sign == "!=":
            return not self.is_true((name, "=", value), contact_id)
        if sign == "not in":
            return not self.is_true((name, "in", value), contact_id)
        if name in GROUP_FIELDS:
            ids = set(value) if sign in ("in", "child_of") else {value}
            if sign == "child_of" or name == "customer_group_id":
                ids = self.get_subtree(ids)
            return any((contact_id, id_) in self.members for id_ in ids)
        stored = self.contacts[contact_id][name]
        if sign == "in":
            return stored in [one or None for one in value]
        if sign == "=":
            return stored == (value or None if value is False else value)
        if sign == "ilike":
            return value.lower() in (stored or "").lower()
        return stored is not None and COMPARE[sign](stored, value)

    # ------------------------------------------------------------
    # ORDER, EVALUATION
    # ------------------------------------------------------------

    def get_named(self, rule):
        """Return the ids of the groups whose members a rule looks at."""
        if rule[0] in ("&", "|", "!"):
            return set().union(*map(self.get_named, rule[1:]))
        name, sign, value = rule
        if name not in GROUP_FIELDS:
            return set()
        ids = set(value) if sign in ("in", "not in", "child_of") else {value}
        if sign == "child_of" or name == "customer_group_id":
            ids = self.get_subtree(ids)
        return ids

    def get_order(self):
        """Return the groups with a rule, each after those it needs.

        :raise Refused: when there is no such order
        """
        graph = {
            group.id: (self.get_named(group.rule) & self.groups.keys())
            | self.get_rivals(group)[1]
            for group in self.get_rules()
        }
        graph = {id_: needed & graph.keys() for id_, needed in graph.items()}
        try:
            return [self.groups[i] for i in TopologicalSorter(graph).static_order()]
        except CycleError as error:
            raise Refused from error

    def settle(self):
        """Evaluate all rules for everybody."""
        for group in self.get_order():
            others, earlier = self.get_rivals(group)
            for contact_id, contact in self.contacts.items():
                if not contact["active"]:
                    continue
                pair = contact_id, group.id
                row = self.members.get(pair)
                rivals = {
                    other: self.members[contact_id, other].by_rule
                    for other in others
                    if (contact_id, other) in self.members
                }
                before = any(
                    not by_rule or other in earlier for other, by_rule in rivals.items()
                )
                belongs = self.matches(contact_id, group) and not before
                if row and row.by_rule and not belongs:
                    del self.members[pair]
                elif not row and belongs and pair not in self.kept_out:
                    self.members[pair] = Row(by_rule=True, began=None)
                    for other in rivals:
                        del self.members[contact_id, other]

    # ------------------------------------------------------------
    # BY HAND
    # ------------------------------------------------------------

    def change(self, adds, removes, pins=False):
        """Add and remove pairs by hand.

        :param bool pins: hold those who are in already
        :raise Refused: when that puts a contact into groups that exclude each other;
            everything is as before then
        """
        operation = Operation()
        for pair in adds:
            row = self.members.get(pair)
            if not row:
                self.start(pair, operation)
            elif pins and row.by_rule and self.groups[pair[1]] in self.get_rules():
                row.by_rule, row.pinned_by = False, operation
                operation.pairs.add(pair)
        removed = [pair for pair in removes if pair in self.members]
        rows = {pair: self.end(pair, operation) for pair in removed}
        rules = self.get_rules()
        for contact_id, group_id in removed:
            pair, group = (contact_id, group_id), self.groups[group_id]
            if (
                group in rules
                and (rows[pair].by_rule or self.matches(contact_id, group))
                and pair not in self.kept_out
            ):
                self.kept_out[pair] = operation
                operation.kept_out.add(pair)
        for pair, row in self.members.items():
            if row.began is operation and pair in self.kept_out:
                operation.admitted.append((pair, self.kept_out.pop(pair)))
        self.leave_rivals(operation)
        return operation

    def start(self, pair, operation, by_rule=False):
        self.members[pair] = Row(by_rule, operation)
        operation.pairs.add(pair)

    def end(self, pair, operation):
        row = self.members.pop(pair)
        operation.ended.append((pair, row.by_rule))
        operation.pairs.add(pair)
        return row

    def leave_rivals(self, operation):
        for pair in [p for p, row in self.members.items() if row.began is operation]:
            contact_id, group_id = pair
            for other in self.get_rivals(self.groups[group_id])[0]:
                row = self.members.get((contact_id, other))
                if row and row.began is operation:
                    raise Refused
                if row:
                    self.end((contact_id, other), operation)

    def admit(self, pair):
        """Let the rule decide again about who was kept out."""
        self.kept_out.pop(pair, None)

    def undo(self, operation):
        """Take back a change by hand, as far as nobody has changed the same since."""
        undo = Operation()
        started = [p for p, row in self.members.items() if row.began is operation]
        ended = [(p, by_rule) for p, by_rule in operation.ended]
        for pair, by_rule in ended:
            if pair not in self.members and self.exists(pair):
                has_rule = self.groups[pair[1]].use_rule
                self.start(pair, undo, by_rule and has_rule)
        for pair in started:
            self.end(pair, undo)
        self.leave_rivals(undo)
        for pair, row in self.members.items():
            if row.pinned_by is operation and self.groups[pair[1]].use_rule:
                row.by_rule, row.pinned_by = True, None
            if row.began is undo:
                self.kept_out.pop(pair, None)
        for pair in operation.kept_out:
            if self.kept_out.get(pair) is operation:
                del self.kept_out[pair]
        for pair, before in operation.admitted:
            if pair not in self.members and self.exists(pair):
                self.kept_out.setdefault(pair, before)
        operation.undone = True

    def exists(self, pair):
        return pair[0] in self.contacts and pair[1] in self.groups

    def switch_off(self, group):
        """Stop a rule; who is in stays."""
        group.use_rule = False
        for (_contact_id, group_id), row in self.members.items():
            if group_id == group.id:
                row.by_rule = False

    def forget_contact(self, id_):
        del self.contacts[id_]
        for pairs in (self.members, self.kept_out):
            for pair in [pair for pair in pairs if pair[0] == id_]:
                del pairs[pair]
