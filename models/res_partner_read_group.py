# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

FIELD = "customer_group_ids"
#: Key of the context under which contacts in no group are not counted, which takes as
#: long as counting those in all groups, but get this number.
NONE_KEY, UNCOUNTED = "customer_group_uncounted_none", -1


class ResPartner(models.Model):
    """Grouping contacts by their groups, in one pass over the memberships."""

    _inherit = "res.partner"

    def _formatted_read_group_with_length(
        self, domain, groupby, aggregates, offset=0, limit=None, order=None
    ):
        """Cut the page out of all groups, instead of asking again for their number.

        There are few groups, and each question reads all memberships.
        """
        if limit and list(groupby) == [FIELD]:
            model = self.with_context(**{NONE_KEY: True})
            groups = model.formatted_read_group(
                domain, groupby, aggregates, order=order
            )
            page = groups[offset : offset + limit]
            for group in page:
                if group.get("__count") == UNCOUNTED:
                    nowhere = Domain(FIELD, "=", False)
                    group["__count"] = self.search_count(Domain(domain) & nowhere)
            return page, len(groups) if page else 0
        return super()._formatted_read_group_with_length(
            domain, groupby, aggregates, offset=offset, limit=limit, order=order
        )

    @api.model
    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Count the members of all groups without joining them with all contacts."""
        if (
            list(groupby) == [FIELD]
            and list(aggregates) == ["__count"]
            and not (having or offset or limit)
            and order in (None, "", FIELD)
            and Domain(domain).is_true()
        ):
            hidden = self._get_hidden_ids()
            if hidden is not None:
                return self._count_by_group(hidden)
        return super()._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    def _get_hidden_ids(self):
        """Return the contacts that a search without a condition does not find.

        Up to a tenth of all contacts, counting these apart is faster than reading the
        others.

        :return: list of ids; ``None`` when they are too many to be counted apart
        """
        query = self._search(Domain.TRUE)
        if query._joins:  # a rule that asks for more than columns of the contact
            return None
        if not query.where_clause:
            return []
        [[hidden, few]] = self.env.execute_query(
            SQL(
                """WITH few AS (
                       SELECT GREATEST(5000, 0.1 * reltuples)::bigint AS number
                         FROM pg_class WHERE oid = 'res_partner'::regclass),
                   hidden AS (
                       SELECT id FROM res_partner WHERE (%s) IS NOT TRUE
                        LIMIT (SELECT number + 1 FROM few))
                   SELECT array_agg(id), count(*) <= (SELECT number FROM few)
                     FROM hidden""",
                query.where_clause,
            )
        )
        return (hidden or []) if few else None

    def _count_by_group(self, hidden):
        """Count the visible contacts by their visible groups, and those in none.

        :param list hidden: ids of all contacts that are not to be counted
        :return: what :meth:`_read_group` returns
        """
        self.browse().check_access("read")
        self._check_field_access(self._fields[FIELD], "read")
        groups = self.env["customer.group"]._search(Domain.TRUE)
        memberships = SQL(
            """customer_group_res_partner_rel
                WHERE group_id NOT IN (
                      SELECT id FROM customer_group WHERE id NOT IN %s)""",
            groups.subselect(),
        )
        of_hidden = SQL("%s AND partner_id = ANY(%s)", memberships, hidden)
        in_none = SQL(
            "SELECT FROM (%s) AS visible"
            " WHERE NOT EXISTS (SELECT FROM %s AND partner_id = visible.id)",
            self._search(Domain.TRUE).select(),
            memberships,
        )
        if self.env.context.get(NONE_KEY):
            in_none = SQL("SELECT %s AS number WHERE EXISTS (%s)", UNCOUNTED, in_none)
        else:
            in_none = SQL("SELECT count(*) AS number FROM (%s) AS in_none", in_none)
        rows = self.env.execute_query(
            SQL(
                """WITH summand AS (
                       SELECT group_id, count(*) AS number FROM %(all)s GROUP BY 1
                    UNION ALL
                       SELECT group_id, -count(*) FROM %(of_hidden)s GROUP BY 1
                    UNION ALL
                       SELECT NULL, number FROM (%(in_none)s) AS in_none)
                   SELECT group_id, sum(number)::bigint
                     FROM summand GROUP BY 1 HAVING sum(number) != 0
                 ORDER BY %(place)s""",
                all=memberships,
                of_hidden=of_hidden,
                in_none=in_none,
                place=self._sql_group_place(SQL("group_id")),
            )
        )
        ids, numbers = zip(*rows, strict=True) if rows else ((), ())
        return list(
            zip(self._read_group_postprocess_groupby(FIELD, ids), numbers, strict=True)
        )
