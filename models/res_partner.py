# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

#: Key of the context that tells whether the first contacts of a sorted list are wanted.
PAGE_KEY = "customer_group_page"


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_res_partner_rel",
        column1="partner_id",
        column2="group_id",
        string="Customer Groups",
        copy=False,
        search="_search_customer_group_ids",
        groups="base.group_user",
    )
    # Only for searching, above all with "any": who was in a group on a day.
    customer_group_membership_ids = fields.One2many(
        comodel_name="customer.group.membership",
        inverse_name="partner_id",
        string="Customer Group History",
        search="_search_customer_group_membership_ids",
        readonly=True,
        copy=False,
        exportable=False,
        groups="base.group_user",
    )

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
                return Domain("customer_group_ids", operator, value)
            found = groups._search(value, bypass_access=operator == "any!")
            return self._get_in_groups_domain(found.get_result_ids())
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM then negates the answer to the opposite
        if operator != "in":
            return Domain("customer_group_ids", operator, value)
        domain = Domain.FALSE
        ids = [id_ for id_ in value if id_ and isinstance(id_, int)]
        if ids:
            named = groups.with_context(active_test=False)._search([("id", "in", ids)])
            domain |= self._get_in_groups_domain(named.get_result_ids())
        if False in value:
            domain |= Domain("customer_group_ids", "not any", Domain.TRUE)
        return domain

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Tell the condition on groups whether a page of a sorted list is wanted."""
        model = self.with_context(**{PAGE_KEY: bool(limit and order)})
        return super(ResPartner, model)._search(domain, offset, limit, order, **kwargs)

    @api.model
    def _get_in_groups_domain(self, ids):
        """Return the domain of the contacts that are in one of these very groups.

        The query depends on how many they are. Few are read first, and sorted: the
        database must not walk through all contacts in the order of the list until it
        has met enough of them, which takes seconds. Many are looked up while it walks.

        :param Iterable[int] ids: the groups; their rules are the caller's business
        """
        ids = frozenset(ids)
        if not ids:
            return Domain.FALSE

        def is_member(partner):
            groups = partner.with_context(active_test=False).customer_group_ids
            return not ids.isdisjoint(groups._origin._ids)

        group_ids = tuple(sorted(ids))
        return self._get_members_domain(
            "customer_group_ids",
            SQL("customer_group_res_partner_rel WHERE group_id IN %s", group_ids),
            is_member,
            last_count=SQL(
                """(SELECT sum(direct_members) FROM customer_group_count
                     WHERE group_id IN %s)""",
                group_ids,
            ),
        )

    @api.model
    def _search_customer_group_membership_ids(self, operator, value):
        """Search the history under its own rules, as fast as the present members."""
        name = "customer_group_membership_ids"
        if operator not in ("any", "any!") or not isinstance(value, Domain):
            return Domain(name, operator, value)
        memberships = self.env["customer.group.membership"]
        found = memberships._search(value, bypass_access=operator == "any!")
        if found.is_empty():
            return Domain.FALSE
        members = SQL(
            "%s WHERE (%s)", found.from_clause, found.where_clause or SQL("TRUE")
        )
        return self._get_members_domain(
            name,
            members,
            lambda partner: partner[name].filtered_domain(value),
            column=SQL.identifier(found.table, "partner_id"),
        )

    @api.model
    def _get_members_domain(
        self, field_name, members, predicate, column=None, last_count=None
    ):
        """Return the domain of the contacts whose id is among members.

        :param str field_name: field that the user must be allowed to read
        :param SQL members: what follows ``FROM``, a condition included
        :param Callable predicate: tells the same of one contact
        :param SQL column: the contact, in what follows ``FROM``
        :param SQL last_count: how many they were some time ago, if that is known
        """
        field = self._fields[field_name]
        column = column or SQL.identifier("partner_id")

        def to_sql(model, alias, _query):
            model._check_field_access(field, "read")
            contact = SQL.identifier(alias, "id")
            page = model.env.context.get(PAGE_KEY, False)
            if model._has_many_members(members, page, last_count or SQL("NULL")):
                # A function that must run in the main process, and is always true,
                # keeps a page from being read in parallel: each process would read
                # far ahead of what the page needs.
                return SQL(
                    "(EXISTS (SELECT FROM %s AND %s = %s)%s)",
                    members,
                    column,
                    contact,
                    SQL(" AND %s != -pg_backend_pid()", contact) if page else SQL(),
                )
            # The planner neither looks into an array nor takes it apart. As a set it
            # is hashed below OR and NOT; "= ANY" would search all of it for each row.
            return SQL(
                "%s IN (SELECT DISTINCT unnest(ARRAY(SELECT %s FROM %s)) ORDER BY 1)",
                contact,
                column,
                members,
            )

        return Domain.custom(to_sql=to_sql, predicate=predicate)

    @api.model
    def _has_many_members(self, members, page, last_count):
        """Return whether it is better to look up memberships than to list them.

        Counts no further than to the answer, and not at all when the last count leaves
        no doubt. The parts of all contacts were measured, see ``docs/performance.md``.

        :param SQL members: what follows ``FROM``, a condition included
        :param bool page: whether the first contacts of a sorted list are wanted
        :param SQL last_count: how many they were some time ago, or NULL
        """
        [[many]] = self.env.execute_query(
            SQL(
                """WITH many AS MATERIALIZED (
                       SELECT GREATEST(5000, %(share)s * reltuples)::bigint AS limit
                         FROM pg_class WHERE oid = 'res_partner'::regclass)
                   SELECT %(last_count)s > 2 * (SELECT many.limit FROM many)
                       OR EXISTS (SELECT FROM %(members)s
                                  OFFSET (SELECT many.limit FROM many))""",
                share=0.012 if page else 0.1,
                last_count=last_count,
                members=members,
            )
        )
        return bool(many)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any("customer_group_ids" in vals for vals in vals_list) or self.default_get(
            ["customer_group_ids"]
        ).get("customer_group_ids"):
            partners._enter_customer_group_changes(before=set())
        return partners

    def write(self, vals):
        if "customer_group_ids" not in vals:
            result = super().write(vals)
            if vals.get("company_id"):
                self._check_customer_group_company(
                    SQL("r.partner_id IN %s", tuple(self.ids))
                )
            return result
        before = self._get_customer_group_pairs()
        self._forget_hidden_customer_groups()
        result = super().write(vals)
        self._enter_customer_group_changes(before)
        return result

    def read(self, fields=None, load="_classic_read"):
        if fields is None or "customer_group_ids" in fields:
            self._forget_hidden_customer_groups()
        return super().read(fields, load)

    def _forget_hidden_customer_groups(self):
        """Drop cached groups that superuser code has read in this transaction.

        The cache does not tell who read a value. One that holds groups hidden from the
        current user would make the form crash, and saving it would remove them.
        """
        if self.env.su:
            return
        cache = self._fields["customer_group_ids"]._get_cache(self.env)
        groups = self.env["customer.group"].browse(
            {group_id for id_ in self._ids for group_id in cache.get(id_) or ()}
        )
        if groups - groups._filtered_access("read"):
            self.filtered("id").invalidate_recordset(["customer_group_ids"])

    def _get_customer_group_pairs(self):
        """Return the stored (contact id, group id) pairs, hidden and archived included.

        SQL, because reading the field as superuser would leave hidden groups in the
        cache of the user's transaction.
        """
        if not self.ids:
            return set()
        return set(
            self.env.execute_query(
                SQL(
                    """SELECT partner_id, group_id
                         FROM customer_group_res_partner_rel
                        WHERE partner_id IN %s""",
                    tuple(self.ids),
                )
            )
        )

    def _enter_customer_group_changes(self, before):
        """Check what was done to the groups of these contacts, and enter it.

        :param set before: pairs as :meth:`_get_customer_group_pairs` returned them
            before the change
        """
        after = self._get_customer_group_pairs()
        if after == before:
            return
        self._check_customer_group_changes(before, after)
        change = self.env["customer.group.operation"]._get_change()
        self.env["customer.group.membership"]._record(before, after, change)

    def _check_customer_group_changes(self, before, after):
        """Check what the current user did to the groups of these contacts.

        :param set before: pairs (contact id, group id) before the change
        :param set after: the pairs after it
        :raise AccessError: when a group is reserved for managers
        :raise UserError: when an archived group was added, or one of another company
        """
        changed = self.env["customer.group"].browse(
            {group_id for _partner_id, group_id in before ^ after}
        )
        added = changed.browse({group_id for _partner_id, group_id in after - before})
        changed._check_assign(joining=added)
        if added.company_id:
            self._check_customer_group_company(
                SQL("r.partner_id IN %s", tuple(self.ids))
            )

    @api.model
    def _get_assignable_query(self, domain):
        """Return the query of contacts whose groups the current user may change.

        :param domain: which contacts, as the user sees them
        """
        self.check_access("write")
        self._check_field_access(self._fields["customer_group_ids"], "write")
        rules = self.env["ir.rule"]._compute_domain(self._name, "write")
        return self._search(Domain(domain) & Domain(rules))

    @api.model
    def _check_customer_group_company(self, condition):
        """Refuse memberships in a group of a company the contact does not belong to.

        :param SQL condition: see :meth:`_get_group_company_conflicts`
        """
        for partner, group in self._get_group_company_conflicts(condition):
            if not group.sudo(False)._filtered_access("read"):
                raise UserError(
                    self.env._(
                        "%(partner)s is in a group of another company, which you cannot"
                        " see. Somebody of that company has to take the contact out of"
                        " the group before it can belong to %(partner_company)s.",
                        partner=partner.display_name,
                        partner_company=partner.company_id.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(partner)s belongs to %(partner_company)s and cannot be in"
                    " “%(group)s”, a group of %(group_company)s.",
                    partner=partner.display_name,
                    partner_company=partner.company_id.display_name,
                    group=group.display_name,
                    group_company=group.company_id.display_name,
                )
            )

    @api.model
    def _get_group_company_conflicts(self, condition, group=None):
        """Find a contact that is in a group of a company it does not belong to.

        Companies go together when one is a branch of the other.

        :param SQL condition: which memberships to check; they have the alias ``r``
        :param SQL group: id of the group that they are to be in, instead of their own
        :return: list of one pair (contact, group), or an empty list
        """
        self.flush_model(["company_id"])
        self.env["customer.group"].flush_model(["company_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id, g.id
                     FROM customer_group_res_partner_rel r
                     JOIN customer_group g ON g.id = %s
                     JOIN res_partner p ON p.id = r.partner_id
                     JOIN res_company gc ON gc.id = g.company_id
                     JOIN res_company pc ON pc.id = p.company_id
                    WHERE %s
                      AND gc.parent_path NOT LIKE pc.parent_path || '%%'
                      AND pc.parent_path NOT LIKE gc.parent_path || '%%'
                    LIMIT 1""",
                group or SQL("r.group_id"),
                condition,
            )
        )
        # sudo: only to name in an error message what the user's change ran into.
        return [
            (
                self.sudo().browse(partner_id),
                self.env["customer.group"].sudo().browse(group_id),
            )
            for partner_id, group_id in rows
        ]

    # ------------------------------------------------------------
    # IMPORT, RIGHTS
    # ------------------------------------------------------------

    @api.model
    def get_import_templates(self):
        return super().get_import_templates() + [
            {
                "label": self.env._(
                    "Import Template for Contacts with Customer Groups"
                ),
                "template": "/customer_group/static/xls/contacts_template.xlsx",
            }
        ]

    @api.model
    def _has_field_access(self, field, operation):
        if (
            field.name == "customer_group_ids"
            and operation == "write"
            and not self.env.su
            and not self.env.user.has_group("customer_group.group_assign")
        ):
            return False
        return super()._has_field_access(field, operation)
