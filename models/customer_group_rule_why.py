# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval
from dataclasses import dataclass

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

#: How many records of a contact are looked at to show what he has.
MAX_RECORDS = 100


@dataclass
class RuleNode:
    """A condition of a rule, or several that a connector joins.

    ``truth`` and ``value`` are ``None`` where the user may not know them; ``favorable``
    tells whether the truth is what the rule asks for.
    """

    domain: Domain
    connector: str = ""
    children: tuple = ()
    text: str = ""
    value: str | None = None
    truth: bool | None = None
    visible: bool = True
    favorable: bool = True

    def __iter__(self):
        yield self
        for child in self.children:
            yield from child


class CustomerGroup(models.Model):
    """What a rule says of one contact."""

    _inherit = "customer.group"

    def _explain_rule(self, partner):
        """Evaluate each condition of the rule for a contact, as the rule itself is.

        :param partner: the contact, which the user may see
        :return: pair (root :class:`RuleNode`, dict): whether the contact ``matches``
            all conditions, and whether it is a ``candidate`` at all (active, and of a
            company that goes together with the group's)
        :raise Exception: what a rule that does not work raises (``BROKEN``)
        """
        root = self._get_rule_tree()
        domains = [self._get_candidates_domain(), *(node.domain for node in root)]
        candidate, *truths = self._get_truths(partner, domains)
        names = self._get_value_names(partner, root.domain)
        for node, truth in zip(root, truths, strict=True):
            node.truth = truth
            node.text = self._describe_node(node, partner, names)
        self._hide_from_user(root, partner)
        self._mark_favorable(root)
        return root, {"matches": truths[0], "candidate": candidate}

    def _get_truths(self, partner, domains):
        """Return for each domain whether it finds a contact, in one query."""
        self.env.flush_all()
        partners = self._get_rule_partners()
        this = Domain("id", "=", partner.id) & Domain("active", "in", [True, False])
        with self._limit_time():
            found = [
                SQL("EXISTS (%s)", partners._search(this & domain).select())
                for domain in domains
            ]
            [row] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(found)))
        return row

    # ------------------------------------------------------------
    # TREE
    # ------------------------------------------------------------

    def _get_rule_tree(self):
        """Return the rule as its author has built it.

        :class:`Domain` would push negations down to the conditions.

        :rtype: RuleNode
        """
        self._parse_rule()
        stack = []
        for item in reversed(literal_eval(self.rule_domain or "[]")):
            if item == "!":
                stack.append(self._negate_node(stack.pop()))
            elif item in ("&", "|"):
                stack.append(self._join_nodes(item, [stack.pop(), stack.pop()]))
            else:
                stack.append(RuleNode(Domain(*item)))
        if len(stack) == 1:
            return stack[0]
        return self._join_nodes("&", stack[::-1])

    def _join_nodes(self, connector, nodes):
        children = []
        for node in nodes:
            children += node.children if node.connector == connector else [node]
        combine = Domain.AND if connector == "&" else Domain.OR
        domain = combine(node.domain for node in nodes)
        return RuleNode(domain, connector, tuple(children))

    def _negate_node(self, node):
        """Return the opposite: of several conditions none, or not all of them."""
        if node.connector in ("&", "|"):
            return RuleNode(~node.domain, f"!{node.connector}", node.children)
        return RuleNode(~node.domain, "!|", (node,))

    def _describe_node(self, node, partner, names):
        """Return a node in words; a connector says what of its parts has to be true."""
        if not node.connector:
            return self._describe_domain(partner, node.domain, names)
        return {
            "&": self.env._("All of"),
            "|": self.env._("Any of"),
            "!|": self.env._("None of"),
            "!&": self.env._("Not all of"),
        }[node.connector]

    def _mark_favorable(self, node, negative=False):
        node.favorable = node.truth != negative
        negative ^= node.connector.startswith("!")
        for child in node.children:
            self._mark_favorable(child, negative)

    # ------------------------------------------------------------
    # WHAT THE USER MAY KNOW
    # ------------------------------------------------------------

    def _hide_from_user(self, node, partner):
        """Keep the truth to ourselves where the user may not read what decides it."""
        for child in node.children:
            self._hide_from_user(child, partner)
        node.visible = all(child.visible for child in node.children)
        if not node.connector:
            try:
                self._check_rule_conditions(node.domain)
            except AccessError:
                node.visible = False
            else:
                node.value = self._get_own_value(partner, node.domain)
        if not node.visible:
            node.truth = None

    def _get_own_value(self, partner, condition):
        """Return what a contact has where a condition looks.

        :return: text; ``None`` when the user may not read all of it
        """
        if condition.is_true() or condition.is_false():
            return ""
        rule = self._get_rule_partners().env
        steps = self._get_steps(partner, condition.field_expr)
        records, values = partner, []
        try:
            for _model, field in steps:
                if field.company_dependent:
                    if rule.company.id not in self.env.user.company_ids.ids:
                        return None
                    records = records.with_company(rule.company.id)
                if field.translate:
                    records = records.with_context(lang=rule.lang)
                name = field.name
                if field.comodel_name == "customer.group" and not field.store:
                    name = "customer_group_ids"  # the other fields are for searching
                values = [record[name] for record in records]
                if field.relational:
                    found = records[name][:MAX_RECORDS]
                    values = records = found._filtered_access("read")
                    if records != found:
                        return None
        except AccessError:
            return None
        return self._describe_own_values(field, values)

    def _describe_own_values(self, field, values):
        """Return what a contact has in a field as people know it."""
        if field.relational:
            texts = values.mapped("display_name")
        elif field.type in ("properties", "binary"):
            return ""
        else:
            empty = ("boolean", "integer", "float", "monetary")
            texts = [
                self._format_value(field, value)
                for value in values
                if value or field.type in empty
            ]
        texts = list(dict.fromkeys(texts))
        return self._join_texts(texts, " · ") or self.env._("nothing")
