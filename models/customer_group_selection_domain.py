# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_group_rule import BROKEN

ORDERS = {"newest": "create_date desc, id desc", "oldest": "create_date, id"}


class Line(NamedTuple):
    """What stands in a line of a selection."""

    mode: str
    group_id: int
    include_subgroups: bool
    other_id: int


@dataclass
class Definition:
    """What a selection and those it uses are made of, read once."""

    #: id of a selection to its lines; 0 is a selection that is not saved yet
    lines: dict = field(default_factory=lambda: defaultdict(list))
    #: id of a group to the ids of it and of what is below it, as far as visible
    subtrees: dict = field(default_factory=dict)
    #: groups with something below them that the user may not see
    with_hidden: set = field(default_factory=set)
    #: pair (id of a selection, whether hidden groups matter) to its domain
    domains: dict = field(default_factory=dict)
    #: the selections that are being evaluated, from the outermost
    way: list = field(default_factory=list)

    def get_ids(self, line):
        """Return the ids of the visible groups that a line means."""
        return (
            self.subtrees[line.group_id] if line.include_subgroups else {line.group_id}
        )

    def hides(self, line):
        """Return whether a line means groups that the user may not see."""
        return line.include_subgroups and line.group_id in self.with_hidden


class CustomerGroupSelection(models.Model):
    """Who is in a selection, as one domain with the rights of the current user."""

    _inherit = "customer.group.selection"

    def _get_domain(self):
        """Return the domain of the contacts, for ``search`` on ``res.partner``.

        Override it to add conditions. It cannot be sent to a client: use
        :meth:`_get_partner_domain` for that.

        :rtype: Domain
        :raise UserError: when the user may not see what the selection is made of, or
            it is not valid any more
        """
        self.ensure_one()
        return self._get_remaining(self._read_definition())

    def _get_recipients_domain(self):
        """Return the domain of the contacts to whom e-mails may be sent.

        :rtype: Domain
        :raise UserError: as :meth:`_get_domain`
        """
        definition = self._read_definition()
        return (
            self._get_remaining(definition)
            & self._get_willing_domain(definition)
            & self._get_addressed_domain()
        )

    def _get_changeable_domain(self):
        """Return the domain of those contacts that the user may change.

        :rtype: Domain
        """
        partners = self.env["res.partner"]
        partners.check_access("write")
        rules = self.env["ir.rule"]._compute_domain(partners._name, "write")
        return self._get_domain() & Domain(rules)

    def _get_remaining(self, definition, strict=False):
        """Return the domain of the contacts that no step leaves out.

        Takes the same arguments as :meth:`_get_steps`.
        """
        domains = definition.domains
        if (self.id, strict) not in domains:
            domain = Domain.AND(self._get_steps(definition, strict).values())
            domains[self.id, strict] = (
                domain if self.cap_mode == "none" else self._cap(domain)
            )
        return domains[self.id, strict]

    def _get_steps(self, definition, strict=False):
        """Return who matches, and who of these stays, one step after the other.

        :param Definition definition: as :meth:`_read_definition` returns it
        :param bool strict: whether groups that the user may not see matter in includes
        :return: dict of names of steps to ``Domain``; the first is ``matched``
        """
        key = self._origin.id or 0
        if key in definition.way:
            ids = [*definition.way[definition.way.index(key) :], key]
            lines = self.env["customer.group.selection.line"]
            raise UserError(lines._get_cycle_message(ids))
        definition.way.append(key)
        lines = definition.lines[key]
        steps = {"matched": self._get_matched_domain(definition, lines, strict)}
        excluded = [line for line in lines if line.mode == "exclude"]
        if excluded:
            ids, others = self._sort_lines(definition, excluded, strict=True)
            stays = self.env["res.partner"]._get_not_in_groups_domain(set().union(*ids))
            steps["excluded"] = Domain.AND([stays, *(~other for other in others)])
        if self.for_email:
            steps["opted_out"] = self._get_willing_domain(definition)
            steps["no_address"] = self._get_addressed_domain()
        definition.way.pop()
        return steps

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    def _get_matched_domain(self, definition, lines, strict):
        """Return who matches the includes and the conditions.

        Without anything said, nobody does: nobody writes to everybody by mistake.
        """
        if self._is_blank(definition):
            return Domain.FALSE
        domain = self._get_conditions() & Domain("active", "=", True)
        if self.partner_kind != "all":
            domain &= Domain("is_company", "=", self.partner_kind == "company")
        if self.company_id:
            company = self.company_id.id
            domain &= (
                Domain("company_id", "=", False)
                | Domain("company_id", "child_of", company)
                | Domain("company_id", "parent_of", company)
            )
        any_of = [line for line in lines if line.mode == "any"]
        if any_of:
            domain &= self._get_any_domain(definition, any_of, strict)
        every = [line for line in lines if line.mode == "every"]
        if every:
            domain &= self._get_every_domain(definition, every, strict)
        return domain

    def _is_blank(self, definition):
        return (
            not definition.lines[self._origin.id or 0]
            and self.partner_kind == "all"
            and self._get_conditions().is_true()
        )

    def _get_conditions(self):
        groups = self.env["customer.group"]
        try:
            domain = groups._parse_conditions(self.domain)
            if not self.env.su:
                groups._check_rule_conditions(domain, allow_none=True)
            domain.validate(self.env["res.partner"])
        except (ValidationError, *BROKEN) as error:
            raise UserError(
                self.env._(
                    "The conditions of “%(selection)s” are not valid: %(error)s",
                    selection=self.name or "",
                    error=error,
                )
            ) from error
        return domain

    def _get_any_domain(self, definition, lines, strict):
        ids, others = self._sort_lines(definition, lines, strict)
        partners = self.env["res.partner"]
        domain = partners._get_in_groups_domain(set().union(*ids))
        return Domain.OR([domain, *others])

    def _get_every_domain(self, definition, lines, strict):
        ids, others = self._sort_lines(definition, lines, strict)
        domain = self.env["res.partner"]._get_in_each_domain(ids)
        return Domain.AND([domain, *others])

    def _sort_lines(self, definition, lines, strict):
        """Return the sets of ids of groups, and the domains of other selections."""
        ids = []
        others = []
        for line in lines:
            if line.other_id:
                other = self.browse(line.other_id)
                others.append(other._get_remaining(definition, strict))
            else:
                if strict and definition.hides(line):
                    raise UserError(self._get_hidden_message())
                ids.append(definition.get_ids(line))
        return ids, others

    @api.model
    def _get_addressed_domain(self):
        """Return who has an e-mail address that can be one."""
        return Domain("email_normalized", "!=", False)

    def _get_willing_domain(self, definition):
        """Return who has not refused e-mails: at all, or because of one of the groups.

        :param Definition definition: names the groups
        :rtype: Domain
        """
        ids = {
            id_
            for line in definition.lines[self._origin.id or 0]
            if line.mode != "exclude" and line.group_id
            for id_ in definition.get_ids(line)
        }
        return self.env["res.partner"]._get_willing_domain(ids)

    def _cap(self, domain):
        """Return the domain of as many of the contacts as the selection allows.

        Two contacts never have the same place in the order, so that it is the same
        contacts whenever one looks.
        """
        cap_mode, count, seed = self.cap_mode, self.cap_count, self.seed

        def search(model):
            model = model.with_context(active_test=True)
            if cap_mode == "random":
                found = model._search(domain)
                contact = SQL.identifier(found.table, "id")
                found.order = SQL("md5(%s || '/' || %s), %s", contact, seed, contact)
                found.limit = count
                return found
            order = ORDERS.get(cap_mode, model._order)
            return model._search(domain, order=order, limit=count)

        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s IN (SELECT unnest(ARRAY(%s)))",
                SQL.identifier(alias, "id"),
                search(model).select(),
            ),
            predicate=lambda partner: partner.id in search(partner).get_result_ids(),
        )

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    def _read_definition(self):
        """Read this selection and all it uses, whatever their number, and check rights.

        Lines are read with SQL: reading them as superuser would leave groups in the
        cache of the user's transaction that he may not see.

        :rtype: Definition
        :raise UserError: when there are groups or selections that the user may not see
        """
        self.ensure_one()
        definition = Definition()
        if self.id:
            rows = self._read_lines([self.id])
        else:
            rows = self._read_form_lines()
            others = [line.other_id for _id, line in rows if line.other_id]
            rows += self._read_lines(others) if others else []
        for selection_id, line in rows:
            definition.lines[selection_id].append(line)
        others = self.browse(definition.lines.keys() - {self._origin.id, 0})
        others |= self.browse({line.other_id for _id, line in rows if line.other_id})
        if others - others._filtered_access("read"):
            raise UserError(
                self.env._(
                    "This selection uses another one that you may not see. Ask its"
                    " owner to share it."
                )
            )
        self._read_subtrees(definition, {line.group_id for _id, line in rows} - {0})
        return definition

    def _read_lines(self, ids):
        self.env["customer.group.selection.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE used(id) AS (
                       SELECT unnest(%s)
                    UNION
                       SELECT l.other_id FROM used
                         JOIN customer_group_selection_line l
                           ON l.selection_id = used.id AND l.other_id IS NOT NULL)
                   SELECT l.selection_id, l.mode, COALESCE(l.group_id, 0),
                          COALESCE(l.include_subgroups, FALSE), COALESCE(l.other_id, 0)
                     FROM used JOIN customer_group_selection_line l
                       ON l.selection_id = used.id
                 ORDER BY l.id""",
                list(ids),
            )
        )
        return [(selection_id, Line(*values)) for selection_id, *values in rows]

    def _read_form_lines(self):
        """Return the lines as they stand in a form, and those that it does not show."""
        key = self._origin.id or 0
        stored = self.env["customer.group.selection.line"]
        if key:
            # sudo: only to find the lines that the user may not see.
            stored = stored.sudo().search([("selection_id", "=", key)]).sudo(False)
        if stored - stored._filtered_access("read"):
            raise UserError(self._get_hidden_message())
        return [
            (
                key,
                Line(
                    line.mode,
                    line.group_id._origin.id or 0,
                    line.include_subgroups,
                    line.other_id._origin.id or 0,
                ),
            )
            for line in self.line_ids
            if line.group_id or line.other_id
        ]

    def _read_subtrees(self, definition, group_ids):
        if not group_ids:
            return
        groups = self.env["customer.group"].with_context(active_test=False)
        groups.flush_model(["parent_path", "active"])
        rows = self.env.execute_query(
            SQL(
                """SELECT g.id, array_agg(s.id) FILTER (WHERE s.id IN %(visible)s),
                          array_agg(s.id)
                     FROM customer_group g
                     JOIN customer_group s ON s.parent_path ^@ g.parent_path
                    WHERE g.id IN %(ids)s AND (s.active OR NOT g.active)
                 GROUP BY g.id""",
                ids=tuple(group_ids),
                visible=groups._search([]).subselect(),
            )
        )
        for id_, visible, everything in rows:
            definition.subtrees[id_] = set(visible or ())
            if len(definition.subtrees[id_]) < len(everything):
                definition.with_hidden.add(id_)
        if any(id_ not in definition.subtrees.get(id_, ()) for id_ in group_ids):
            raise UserError(self._get_hidden_message())

    def _get_hidden_message(self):
        return self.env._(
            "This selection uses groups that you may not see, for example of another"
            " company. You would get other contacts than its owner means. Ask %s to use"
            " it, or make a selection of your own.",
            self.user_id.name or self.env._("its owner"),
        )
