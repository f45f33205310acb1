# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from .customer_group_rule import BROKEN


class CustomerGroup(models.Model):
    """What rules depend on: other groups, in what order, and fields of contacts."""

    _inherit = "customer.group"

    def _check_rule_cycle(self):
        """Refuse rules that depend on their own result.

        :raise ValidationError: with the names of the groups
        """
        _order, cycle = self._get_rule_order()
        if set(cycle.ids) & set(self.sudo()._get_subtree_ids(self.ids)):
            raise ValidationError(
                self.env._(
                    "These rules would depend on each other in a circle: %s. Let one of"
                    " them do without the others.",
                    ", ".join(cycle.mapped("display_name")),
                )
            )

    @api.model
    def _get_rule_order(self):
        """Return the active groups with a rule, each after those it depends on.

        :return: pair (groups in order, groups that depend on themselves)
        """
        index = self._get_rule_index()
        # sudo: rules work for all companies.
        groups = self.sudo()
        return groups.browse(index["order"]), groups.browse(index["cycle"])

    @api.model
    def _sort_rules(self, needed, branches):
        """Return ids so that each comes after those it depends on.

        :param dict needed: id of a group with a rule, to the ids that its rule names
        :param dict branches: see :meth:`_get_branches`; earlier ones are needed as well
        :return: pair of lists (ids in order, ids that depend on themselves)
        """
        needed = {id_: set(ids) for id_, ids in needed.items()}
        for parts in branches.values():
            ruled = [needed.keys() & set(part) for part in parts]
            for before, after in pairwise(filter(None, ruled)):
                for id_ in after:
                    needed[id_] |= before
        cycle = set()
        while True:
            graph = {
                id_: (ids & needed.keys()) - cycle
                for id_, ids in needed.items()
                if id_ not in cycle
            }
            try:
                return list(TopologicalSorter(graph).static_order()), sorted(cycle)
            except CycleError as error:
                cycle.update(error.args[1])

    def _get_rule_dependencies(self):
        """Return the ids of the groups that the conditions of the rule name.

        A rule that cannot be read depends on nothing: it is not evaluated either.
        """
        self.ensure_one()
        needed = set()
        try:
            for ids, with_subgroups in self._iter_group_conditions(self._parse_rule()):
                needed.update(self._get_subtree_ids(ids) if with_subgroups else ids)
        except (ValidationError, *BROKEN):
            return set()
        return needed

    def _iter_group_conditions(self, domain):
        """Yield for each condition on groups their ids, and whether subgroups count."""
        for model, condition in self._iter_conditions(domain, self.env["res.partner"]):
            steps = self._get_steps(model, condition.field_expr)
            if self._names_groups(steps):
                field = steps[-1][1]
                with_subgroups = condition.operator == "child_of" or not field.store
                yield self._get_condition_ids(condition), with_subgroups

    def _check_rule_groups(self):
        """Check that the groups which the rule names are still there.

        :raise UserError: when one was deleted or merged into another one
        """
        conditions = self._iter_group_conditions(self._parse_rule())
        named = self.browse({id_ for ids, _subgroups in conditions for id_ in ids})
        if named - named.exists():
            raise UserError(
                self.env._("A group that the rule names was deleted. Change the rule.")
            )

    @api.model
    @ormcache()
    def _get_rule_index(self):
        """Return what has to be known to notice that contacts are to be evaluated.

        :return: dict: ``rules``, the ids of active groups with a rule; ``order``, those
            that do not depend on themselves, each after those it needs; ``cycle``, the
            others; ``needed``, for each the ids of the groups that its rule names;
            ``triggers``, for each the names of the fields of contacts on which it
            depends, and ``fields``, all of them; ``branches``, see
            :meth:`_get_branches`; ``watched``, the ids of groups whose members matter
            to a rule or to other branches of their tree
        """
        # sudo: rules work for all companies.
        groups = self.sudo().with_context(active_test=True)
        rules = groups.search([("use_rule", "=", True)])
        branches = self._get_branches()
        needed = {group.id: group._get_rule_dependencies() for group in rules}
        order, cycle = self._sort_rules(needed, branches)
        triggers = {group.id: group._get_rule_field_names() for group in rules}
        return {
            "rules": frozenset(rules.ids),
            "order": order,
            "cycle": cycle,
            "needed": needed,
            "triggers": triggers,
            "fields": frozenset().union(*triggers.values()),
            "branches": branches,
            "watched": frozenset(rules.ids).union(
                *needed.values(), *chain(*branches.values())
            ),
        }

    def _get_rule_field_names(self):
        """Return the fields of contacts whose change can change who matches."""
        todo = {"active", "company_id"}
        try:
            for condition in self._parse_rule().iter_conditions():
                todo.add(condition.field_expr.split(".")[0])
        except (ValidationError, *BROKEN):
            return set()
        partners = self.env["res.partner"]
        names = set()
        while todo:
            name = todo.pop()
            field = partners._fields.get(name)
            if field and name not in names:
                names.add(name)
                depends = self.env.registry.field_depends[field]
                todo.update(path.split(".")[0] for path in depends)
        return names

    @api.model
    def _has_rules(self):
        index = self._get_rule_index()
        return bool(index["rules"] or index["branches"])

    def _get_affected_rules(self):
        """Return the groups whose rule decides about these groups or looks at them.

        What is below them counts as well, and what is above: both can be archived and
        restored along with them.
        """
        rules = self._get_rule_index()["rules"]
        if not rules or not self:
            return self.browse()
        # sudo: rules work for all companies.
        groups = self.sudo().with_context(active_test=False)
        lines = [("id", "child_of", self.ids), ("id", "parent_of", self.ids)]
        ids = set(groups.search(["|", *lines]).ids)
        return self.browse((rules & ids) | self._get_dependent_ids(ids))

    @api.model
    def _get_dependent_ids(self, ids):
        """Return the groups whose rule looks at others, or gives way to them.

        :param set ids: the others
        :rtype: set[int]
        """
        index = self._get_rule_index()
        found = {
            id_ for id_, needed in index["needed"].items() if not ids.isdisjoint(needed)
        }
        for branches in index["branches"].values():
            tree = set(chain(*branches))
            if not ids.isdisjoint(tree):
                found |= index["rules"] & tree
        return found
