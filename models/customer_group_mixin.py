# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

FIELD = "customer_group_ids"


class CustomerGroupMixin(models.AbstractModel):
    """What all records that are in groups have in common.

    A model that inherits from it declares the stored many2many ``customer_group_ids``,
    with ``group_id`` as its second column and the search method below. If it wants to
    offer a list of groups in searches, it declares ``customer_group_id`` as well. Its
    ``create`` and ``write`` call :meth:`_check_customer_group_changes`. Groups can be
    asked for on its records; if contacts are to join with them, it overrides
    :meth:`_get_customer_group_partners`.
    """

    _name = "customer.group.mixin"
    _description = "Record in Customer Groups"

    #: Fields of groups by which lists can be grouped.
    _customer_group_specs = (FIELD,)

    @api.model
    def _sql_customer_group_relation(self):
        """Return the table of who is in which group, and its column for the record."""
        field = self._fields[FIELD]
        return SQL.identifier(field.relation), SQL.identifier(field.column1)

    # ------------------------------------------------------------
    # SEARCH
    # ------------------------------------------------------------

    def _compute_customer_group_id(self):
        self.customer_group_id = False

    @api.model
    def _search_customer_group_id(self, operator, value):
        """Find the members of groups and of all that is below them."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM then negates the answer to the opposite
        if operator != "in":
            return Domain(FIELD, operator, value)
        domain = Domain(FIELD, "child_of", [id_ for id_ in value if id_])
        if False in value:
            domain |= Domain(FIELD, "in", [False])
        return domain

    @api.model
    def _search_customer_group_ids(self, operator, value):
        """Name the groups in the query that the user may see and that are meant.

        The rules of groups apply also where the caller gives their ids. The ORM takes
        ids as they are, which would show the members of a group of another company to
        anybody who guesses its id. "In no group" means: in none the reader can see.

        The database plans a list well only when it knows the ids: from a condition on
        groups it cannot tell whether few or many contacts will come.
        """
        groups = self.env["customer.group"]
        if operator == "child_of":
            return self._get_in_groups_domain(groups._get_subtree_ids(value))
        if operator in ("any", "any!") and isinstance(value, Domain):
            if value.is_true():  # what "in no group" is made of
                return Domain(FIELD, operator, value)
            found = groups._search(value, bypass_access=operator == "any!")
            return self._get_in_groups_domain(found.get_result_ids())
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM then negates the answer to the opposite
        if operator != "in":
            return Domain(FIELD, operator, value)
        domain = Domain.FALSE
        ids = [id_ for id_ in value if id_ and isinstance(id_, int)]
        if ids:
            named = groups.with_context(active_test=False)._search([("id", "in", ids)])
            domain |= self._get_in_groups_domain(named.get_result_ids())
        if False in value:
            domain |= Domain(FIELD, "not any", Domain.TRUE)
        return domain

    @api.model
    def _get_in_groups_domain(self, ids):
        """Return the domain of the records that are in one of these very groups.

        :param Iterable[int] ids: the groups; their rules are the caller's business
        """
        ids = frozenset(ids)
        if not ids:
            return Domain.FALSE
        relation, column = self._sql_customer_group_relation()

        def to_sql(model, alias, _query):
            model._check_field_access(model._fields[FIELD], "read")
            return SQL(
                "%s IN (SELECT %s FROM %s WHERE group_id IN %s)",
                SQL.identifier(alias, "id"),
                column,
                relation,
                tuple(sorted(ids)),
            )

        return Domain.custom(
            to_sql=to_sql, predicate=lambda record: record._is_in_any_group(ids)
        )

    def _is_in_any_group(self, ids):
        groups = self.with_context(active_test=False)[FIELD]
        return not ids.isdisjoint(groups._origin._ids)

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Put groups in the order of their tree; Odoo orders them by id."""
        ids = {
            spec: groupby_terms[spec]
            for spec in self._customer_group_specs
            if spec in groupby_terms
        }
        groupby_terms.update(
            {spec: self._sql_group_place(group_id) for spec, group_id in ids.items()}
        )
        try:
            return super()._read_group_orderby(order, groupby_terms, query)
        finally:
            groupby_terms.update(ids)

    def _sql_group_place(self, group_id):
        groups = self.env["customer.group"]
        return SQL(
            "(SELECT ROW(%s, place.id) FROM customer_group AS place"
            " WHERE place.id = %s)",
            groups._field_to_sql("place", "sort_key"),
            group_id,
        )

    # ------------------------------------------------------------
    # HIDDEN GROUPS
    # ------------------------------------------------------------

    def read(self, fields=None, load="_classic_read"):
        if fields is None or FIELD in fields:
            self._forget_hidden_customer_groups()
        return super().read(fields, load)

    def _forget_hidden_customer_groups(self):
        """Drop cached groups that superuser code has read in this transaction.

        The cache does not tell who read a value. One that holds groups hidden from the
        current user would make the form crash, and saving it would remove them.
        """
        if self.env.su:
            return
        cache = self._fields[FIELD]._get_cache(self.env)
        groups = self.env["customer.group"].browse(
            {group_id for id_ in self._ids for group_id in cache.get(id_) or ()}
        )
        if groups - groups._filtered_access("read"):
            self.filtered("id").invalidate_recordset([FIELD])

    def _get_customer_group_pairs(self):
        """Return the stored (record id, group id) pairs, hidden and archived included.

        SQL, because reading the field as superuser would leave hidden groups in the
        cache of the user's transaction.
        """
        if not self.ids:
            return set()
        relation, column = self._sql_customer_group_relation()
        return set(
            self.env.execute_query(
                SQL(
                    "SELECT %(column)s, group_id FROM %(relation)s"
                    " WHERE %(column)s IN %(ids)s",
                    column=column,
                    relation=relation,
                    ids=tuple(self.ids),
                )
            )
        )

    # ------------------------------------------------------------
    # RIGHTS, COMPANIES
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        if (
            field.name == FIELD
            and operation == "write"
            and not self.env.su
            and not self.env.user.has_group("customer_group.group_assign")
        ):
            return False
        return super()._has_field_access(field, operation)

    def _may_change_customer_groups(self):
        """Return whether the user may change the groups of these records, or of any."""
        field = self._fields[FIELD]
        return self.has_access("write") and self._has_field_access(field, "write")

    def _get_customer_group_partners(self):
        """Return the contacts that join a group which was asked for on these records.

        :return: contacts in the environment of the records
        """
        return self.env["res.partner"]

    def _check_customer_group_changes(self, before, after):
        """Check what the current user did to the groups of these records.

        :param set before: pairs (record id, group id) before the change
        :param set after: the pairs after it
        :raise AccessError: when a group is reserved for managers
        :raise UserError: when an archived group was added, or one of another company
        """
        changed = self.env["customer.group"].browse(
            {group_id for _record_id, group_id in before ^ after}
        )
        added = changed.browse({group_id for _record_id, group_id in after - before})
        changed._check_assign(joining=added)
        if added.company_id:
            _relation, column = self._sql_customer_group_relation()
            self._check_customer_group_company(
                SQL("r.%s IN %s", column, tuple(self.ids))
            )

    @api.model
    def _check_customer_group_company(self, condition):
        """Refuse that records are in a group of a company they do not belong to.

        :param SQL condition: see :meth:`_get_group_company_conflicts`
        """
        for record, group in self._get_group_company_conflicts(condition):
            if not group.sudo(False)._filtered_access("read"):
                raise UserError(
                    self.env._(
                        "%(partner)s is in a group of another company, which you cannot"
                        " see. Somebody of that company has to take it out of the group"
                        " before it can belong to %(partner_company)s.",
                        partner=record.display_name,
                        partner_company=record.company_id.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(partner)s belongs to %(partner_company)s and cannot be in"
                    " “%(group)s”, a group of %(group_company)s.",
                    partner=record.display_name,
                    partner_company=record.company_id.display_name,
                    group=group.display_name,
                    group_company=group.company_id.display_name,
                )
            )

    @api.model
    def _get_group_company_conflicts(self, condition, group=None):
        """Find a record that is in a group of a company it does not belong to.

        Companies go together when one is a branch of the other.

        :param SQL condition: which memberships to check; they have the alias ``r``
        :param SQL group: id of the group that they are to be in, instead of their own
        :return: list of one pair (record, group), or an empty list
        """
        self.flush_model(["company_id"])
        self.env["customer.group"].flush_model(["company_id"])
        relation, column = self._sql_customer_group_relation()
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, g.id
                     FROM %s r
                     JOIN customer_group g ON g.id = %s
                     JOIN %s p ON p.id = r.%s
                     JOIN res_company gc ON gc.id = g.company_id
                     JOIN res_company pc ON pc.id = p.company_id
                    WHERE %s
                      AND gc.parent_path NOT LIKE pc.parent_path || '%%'
                      AND pc.parent_path NOT LIKE gc.parent_path || '%%'
                    LIMIT 1""",
                relation,
                group or SQL("r.group_id"),
                SQL.identifier(self._table),
                column,
                condition,
            )
        )
        # sudo: only to name in an error message what the user's change ran into.
        return [
            (
                self.sudo().browse(record_id),
                self.env["customer.group"].sudo().browse(group_id),
            )
            for record_id, group_id in rows
        ]
