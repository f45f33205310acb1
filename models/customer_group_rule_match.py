# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import suppress

import psycopg2

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, split_every

from .customer_group_rule import BROKEN
from .res_partner import CHOSEN_KEY

#: Rules looked at in one query; PostgreSQL returns 1,664 columns at most.
MAX_COLUMNS = 500


class CustomerGroup(models.Model):
    """Who matches a rule, and how that differs from the members."""

    _inherit = "customer.group"

    def _get_rule_domain(self):
        """Return the domain of all contacts that the rule puts into the group.

        Archived contacts neither join nor leave, and those of companies that do not go
        together with the group's never join.

        :rtype: Domain
        """
        self.ensure_one()
        return self._parse_rule() & self._get_candidates_domain()

    def _get_candidates_domain(self):
        """Return the domain of all contacts that can be in the group.

        :rtype: Domain
        """
        domain = Domain("active", "=", True)
        company = self.company_id
        if company:
            domain &= Domain.OR(
                [
                    Domain("company_id", "=", False),
                    Domain("company_id", "child_of", company.id),
                    Domain("company_id", "parent_of", company.id),
                ]
            )
        return domain

    def _get_rule_partners(self):
        """Return the model of contacts in the environment in which the rule is read.

        It is the same whoever asks: all contacts, in the company, the language and the
        time zone of the group.
        """
        company = self.sudo().company_id
        if not company:  # env.ref() would look each time whether it still exists
            main_id = self.env["ir.model.data"]._xmlid_to_res_id("base.main_company")
            company = company.browse(main_id)
        context = {
            "allowed_company_ids": company.ids,
            "lang": company.partner_id.lang or "en_US",
            "tz": company.partner_id.tz or "UTC",
        }
        return self.env(user=SUPERUSER_ID, context=context, su=True)["res.partner"]

    def _get_rule_query(self, chosen=None):
        """Return the query of the ids of the contacts that match.

        :param SQL chosen: what the id of a contact has to equal, as ``ANY (...)``;
            others do not matter
        :rtype: SQL
        """
        query = self._search_by_rule(bool(chosen))
        if chosen:
            query.add_where(SQL("res_partner.id = %s", chosen))
        return query.select()

    def _search_by_rule(self, few):
        """Return the query of the contacts that match.

        :param bool few: only some contacts will be looked at
        :rtype: Query
        """
        partners = self._get_rule_partners().with_context(**{CHOSEN_KEY: few})
        return partners._search(self._get_rule_domain())

    def _get_unsettled(self, partner_ids):
        """Return for which contacts these rules would change something.

        The contacts are read once for all rules. Where this cannot tell, it returns all
        of them.

        :param set partner_ids: the contacts
        :return: dict: id of a group to the ids of contacts
        :rtype: dict[int, set[int]]
        """
        self.env.flush_all()
        chosen = SQL("ANY(%s::int[])", sorted(partner_ids))
        unsettled = dict.fromkeys(self.ids, partner_ids)
        for groups in split_every(MAX_COLUMNS, self._get_rule_conditions().items()):
            matches = SQL(", ").join(
                SQL("array_agg(res_partner.id) FILTER (WHERE %s)", condition)
                for _id, condition in groups
            )
            try:
                with self.env.cr.savepoint():
                    [matched] = self.env.execute_query(
                        SQL("SELECT %s FROM res_partner WHERE id = %s", matches, chosen)
                    )
            except psycopg2.Error as error:
                if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                    raise
                continue  # one of them fails; by itself it will say so
            held = dict(
                self.env.execute_query(
                    SQL(
                        """SELECT group_id, array_agg(partner_id)
                             FROM customer_group_membership
                            WHERE by_rule AND date_end IS NULL
                              AND partner_id = %s AND group_id = ANY(%s)
                         GROUP BY group_id""",
                        chosen,
                        [id_ for id_, _condition in groups],
                    )
                )
            )
            for (id_, _condition), ids in zip(groups, matched, strict=True):
                unsettled[id_] = set(ids or ()) ^ set(held.get(id_, ()))
        return unsettled

    def _get_rule_conditions(self):
        """Return the rules that can be told for each contact by itself, as SQL.

        :return: dict: id of the group to the condition
        """
        conditions = {}
        for group in self.filtered(lambda group: not group.rule_grace_days):
            with suppress(UserError, *BROKEN):
                query = group._search_by_rule(few=True)
                if query.from_clause.code == SQL.identifier("res_partner").code:
                    conditions[group.id] = query.where_clause
        return conditions

    def _compare_with_rule(self, partner_ids=None):
        """Find out who has to join and to leave, in one query.

        Who matches is compared with the members by rule, in a form that lets the
        database read the contacts in parallel, and once. All the rest concerns the
        difference only.

        :param list[int] partner_ids: contacts to look at; without them, all
        :return: dict: number of ``matched`` and of ``held`` contacts (members by rule),
            and lists of ids: ``joining``, ``unmatched`` (members by rule that do not
            match) and ``displaced`` (members by rule that are in a branch of the tree
            that goes before this one)
        """
        self.env.flush_all()
        chosen = among = None
        if partner_ids is not None:
            # Sorted and as they are, the planner knows how many pages it has to read.
            chosen = SQL("ANY(%s::int[])", sorted(partner_ids))
            among = SQL("AND m.partner_id = %s", chosen)
        rival = self._sql_rivals(among)
        displaced = SQL(
            """SELECT m.partner_id FROM customer_group_membership m
                 JOIN res_partner p ON p.id = m.partner_id
                WHERE m.group_id = %s AND m.by_rule AND m.date_end IS NULL
                  AND p.active AND m.partner_id IN (SELECT id FROM rival) %s""",
            self.id,
            among or SQL(),
        )
        self.env.cr.execute(
            SQL(
                """WITH difference AS MATERIALIZED (
                       SELECT count(match.id) AS matched,
                              count(held.id) AS held,
                              array_agg(match.id) FILTER (WHERE held.id IS NULL)
                                  AS missing,
                              array_agg(held.id) FILTER (WHERE match.id IS NULL)
                                  AS stale
                         FROM (%(match)s) AS match
                    FULL JOIN (SELECT m.partner_id AS id
                                 FROM customer_group_membership m
                                WHERE m.group_id = %(group)s AND m.by_rule
                                  AND m.date_end IS NULL %(among)s) AS held
                           ON held.id = match.id),
                        rival AS MATERIALIZED (%(rival)s)
                   SELECT matched, held,
                          ARRAY(
                              SELECT new.id FROM unnest(missing) AS new(id)
                               WHERE NOT EXISTS (
                                     SELECT FROM customer_group_res_partner_rel r
                                      WHERE r.partner_id = new.id
                                        AND r.group_id = %(group)s)
                                 AND NOT EXISTS (
                                     SELECT FROM customer_group_exclusion e
                                      WHERE e.partner_id = new.id
                                        AND e.group_id = %(group)s
                                        AND e.end_operation_id IS NULL)
                                 AND NOT EXISTS (
                                     SELECT FROM rival WHERE rival.id = new.id)
                          ) AS joining,
                          ARRAY(
                              SELECT p.id FROM unnest(stale) AS old(id)
                                JOIN res_partner p ON p.id = old.id AND p.active
                          ) AS unmatched,
                          ARRAY(%(displaced)s) AS displaced
                     FROM difference""",
                match=self._get_rule_query(chosen),
                group=self.id,
                among=among or SQL(),
                rival=rival or SQL("SELECT NULL::int AS id WHERE FALSE"),
                displaced=displaced if rival else SQL("SELECT NULL::int WHERE FALSE"),
            )
        )
        return self.env.cr.dictfetchone()

    def _sql_rivals(self, among):
        """Return the query of the contacts in branches that go before this one.

        :param SQL among: further condition on the rows ``m`` of the ledger, or ``None``
        :return: query of ids, or ``None`` when no branches exclude this one
        """
        others, earlier = self._get_other_branches()
        if not others:
            return None
        return SQL(
            """SELECT m.partner_id AS id FROM customer_group_membership m
                WHERE m.group_id = ANY(%s) AND m.date_end IS NULL
                  AND (m.by_rule IS NOT TRUE OR m.group_id = ANY(%s::int[])) %s""",
            others,
            earlier,
            among or SQL(),
        )

    def _matches_everybody(self, matched):
        """Return whether all contacts that can be in the group match the rule.

        All are counted only when those that were entered last all match.

        :param int matched: how many match
        """
        partners = self._get_rule_partners()
        candidates = self._get_candidates_domain()
        some = partners._search(candidates, limit=100, order="id desc").get_result_ids()
        both = self._get_rule_domain() & Domain("id", "in", some)
        return partners.search_count(both) == len(some) and (
            partners.search_count(candidates) == matched
        )
