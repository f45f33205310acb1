# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

GROUPS = "customer_group_ids"
MAIN_GROUPS = "customer_main_group_ids"

#: How many main groups are counted with one number of 64 bits.
MASK_BITS = 62
#: Key of the context under which contacts in no group are not counted, which takes as
#: long as counting those in all groups, but get this number.
NONE_KEY, UNCOUNTED = "customer_group_uncounted_none", -1


class ResPartner(models.Model):
    """Grouping contacts by their groups or main groups, fast."""

    _inherit = "res.partner"
    _customer_group_specs = (GROUPS, MAIN_GROUPS)

    def _formatted_read_group_with_length(
        self, domain, groupby, aggregates, offset=0, limit=None, order=None
    ):
        """Cut the page out of all groups, instead of asking again for their number.

        There are few groups, and each question reads all memberships.
        """
        if limit and list(groupby) in ([GROUPS], [MAIN_GROUPS]):
            model = self.with_context(**{NONE_KEY: True})
            groups = model.formatted_read_group(
                domain, groupby, aggregates, order=order
            )
            page = groups[offset : offset + limit]
            for group in page:
                if group.get("__count") == UNCOUNTED:
                    nowhere = Domain(GROUPS, "=", False)
                    group["__count"] = self.search_count(Domain(domain) & nowhere)
            return page, len(groups) if page else 0
        return super()._formatted_read_group_with_length(
            domain, groupby, aggregates, offset=offset, limit=limit, order=order
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Join each contact with the main groups it is in, once with each of them."""
        if groupby_spec != MAIN_GROUPS:
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[MAIN_GROUPS], "read")
        contact = SQL.identifier(alias, "id")
        # Contact by contact: most lists have a filter, and leave few contacts.
        members = SQL(
            """LATERAL (SELECT DISTINCT main.main_id
                          FROM customer_group_res_partner_rel member
                          JOIN (%s) AS main ON main.id = member.group_id
                         WHERE member.partner_id = %s)""",
            self._sql_main_groups(),
            contact,
        )
        member = query.make_alias(alias, MAIN_GROUPS)
        query.add_join("LEFT JOIN", member, members, SQL("TRUE"))
        return SQL.identifier(member, "main_id")

    def _sql_main_groups(self):
        """Return the query of the visible groups (id), each with its main group."""
        groups = self.env["customer.group"].with_context(active_test=True)
        groups.flush_model(["parent_path"])
        return SQL(
            """SELECT id, split_part(parent_path, '/', 1)::int AS main_id
                 FROM customer_group WHERE id IN %s""",
            groups._search(Domain.TRUE).subselect(),
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
            list(groupby) in ([GROUPS], [MAIN_GROUPS])
            and list(aggregates) == ["__count"]
            and not (having or offset or limit)
            and order in (None, "", *groupby)
            and Domain(domain).is_true()
        ):
            hidden = self._get_hidden_ids()
            if hidden is not None:
                if list(groupby) == [MAIN_GROUPS]:
                    return self._count_by_main_group(hidden)
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
        self._check_field_access(self._fields[GROUPS], "read")
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
            zip(self._read_group_postprocess_groupby(GROUPS, ids), numbers, strict=True)
        )

    def _count_by_main_group(self, hidden):
        """Count the visible contacts by their main groups, and those in none.

        Reads the memberships once, in the order of the contacts as the index has them.
        Each main group is a bit, so that a contact in several of its subgroups counts
        once; only contacts that differ in their bits come back one by one.

        :param list hidden: ids of all contacts that are not to be counted
        :return: what :meth:`_read_group` returns
        """
        self.browse().check_access("read")
        self._check_field_access(self._fields[MAIN_GROUPS], "read")
        groups = self.env["customer.group"].with_context(active_test=True)
        main_ids = {
            group.id: int(group.parent_path.split("/")[0])
            for group in groups.search_fetch(Domain.TRUE, ["parent_path"])
        }
        numbers = dict.fromkeys(main_ids.values(), 0)  # in the order of the tree
        bits = [
            {id_: 1 << place for place, id_ in enumerate(ids)}
            for ids in split_every(MASK_BITS, numbers)
        ]
        last_id = max(main_ids, default=0)
        masks = [
            SQL(
                "COALESCE(bit_or((%s::bigint[])[group_id]), 0)",
                [bit.get(main_ids.get(id_), 0) for id_ in range(1, last_id + 1)],
            )
            for bit in bits
        ]
        [[in_none]] = self.env.execute_query(SQL("SELECT count(*) FROM res_partner"))
        in_none -= len(hidden)
        for contact_masks, number in self.env.execute_query(
            SQL(
                """SELECT masks, count(*)
                     FROM (SELECT ARRAY[%s]::bigint[] AS masks
                             FROM customer_group_res_partner_rel
                            WHERE partner_id != ALL(%s) GROUP BY partner_id) AS contact
                 GROUP BY 1""",
                SQL(", ").join(masks),
                hidden,
            )
        ):
            if any(contact_masks):
                in_none -= number
            for mask, bit in zip(contact_masks, bits, strict=True):
                for id_ in bit if mask else ():
                    numbers[id_] += number if mask & bit[id_] else 0
        rows = [*numbers.items(), (None, in_none)]
        rows = [row for row in rows if row[1]]
        ids, counts = zip(*rows, strict=True) if rows else ((), ())
        values = self._read_group_postprocess_groupby(MAIN_GROUPS, ids)
        return list(zip(values, counts, strict=True))


class ResUsers(models.Model):
    """Users have the main groups of their contacts."""

    _inherit = "res.users"

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec != MAIN_GROUPS:
            return super()._read_group_groupby(alias, groupby_spec, query)
        field = self._fields[MAIN_GROUPS]
        _partners, _field, alias = self._traverse_related_sql(alias, field, query)
        # Not by the model that was reached: it has the rights of the superuser.
        partners = self.env["res.partner"]
        return partners._read_group_groupby(alias, MAIN_GROUPS, query)
