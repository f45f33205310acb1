# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Key of the context that tells whether only the first contacts are wanted, and from
#: what part of all contacts on it pays to walk until they are found.
WALK_KEY = "customer_group_walk"
#: Key of the context that tells that few contacts are looked at, chosen by their ids.
CHOSEN_KEY = "customer_group_chosen"
#: That part for a page in the order of the list, and for anything else.
PAGE_SHARE, OTHER_SHARE = 0.012, 0.1


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.group.mixin"]

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
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Tell the condition on groups whether only the first contacts are wanted.

        The order of the list has an index: the database can walk through it until a
        page is full. A count with a limit can take the contacts as they come.
        """
        share = {self._order: PAGE_SHARE, None: OTHER_SHARE}.get(order or None)
        model = self.with_context(**{WALK_KEY: limit and share})
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
        group_ids = tuple(sorted(ids))
        return self._get_members_domain(
            "customer_group_ids",
            SQL("customer_group_res_partner_rel WHERE group_id IN %s", group_ids),
            lambda partner: partner._is_in_any_group(ids),
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
        found = memberships._search(value, bypass_access=True)
        if found.is_empty():
            return Domain.FALSE
        visible = Domain.TRUE
        if operator == "any" and not self.env.su:
            contact_rules, rules = memberships._get_rules_for_contact()
            visible = self._get_visible_domain(contact_rules)
            # sudo: rules apply whatever the user may see of what they speak about.
            rules_model = memberships.sudo().with_context(active_test=False)
            rules = rules.optimize_full(rules_model)
            found.add_where(rules._to_sql(rules_model, found.table, found))
        members = SQL(
            "%s WHERE (%s)", found.from_clause, found.where_clause or SQL("TRUE")
        )
        return visible & self._get_members_domain(
            name,
            members,
            lambda partner: partner[name].filtered_domain(value),
            column=SQL.identifier(found.table, "partner_id"),
        )

    @api.model
    def _get_visible_domain(self, rules):
        """Return the domain of the contacts that a rule allows to see.

        :param Domain rules: evaluated as superuser, as rules are
        """

        def to_sql(model, alias, query):
            # sudo: as the ORM does with rules
            model = model.sudo().with_context(active_test=False)
            return rules.optimize_full(model)._to_sql(model, alias, query)

        return Domain.custom(
            to_sql=to_sql,
            predicate=lambda partner: partner.sudo().filtered_domain(rules),
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
            chosen = model.env.context.get(CHOSEN_KEY)
            walk = model.env.context.get(WALK_KEY)
            share = walk or OTHER_SHARE
            if chosen or model._has_many_members(
                members, share, last_count or SQL("NULL")
            ):
                # OFFSET keeps the planner from reading all members, or all contacts in
                # parallel, where few are needed.
                return SQL(
                    "EXISTS (SELECT FROM %s AND %s = %s%s)",
                    members,
                    column,
                    contact,
                    SQL(" OFFSET 0") if walk or chosen else SQL(),
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
    def _has_many_members(self, members, share, last_count):
        """Return whether it is better to look up memberships than to list them.

        Counts no further than to the answer, and not at all when the last count leaves
        no doubt. The parts of all contacts were measured, see ``docs/performance.md``.

        :param SQL members: what follows ``FROM``, a condition included
        :param float share: part of all contacts from which on they are many
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
                share=share,
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

    @api.model
    def _get_assignable_query(self, domain):
        """Return the query of contacts whose groups the current user may change.

        :param domain: which contacts, as the user sees them
        """
        self.check_access("write")
        self._check_field_access(self._fields["customer_group_ids"], "write")
        rules = self.env["ir.rule"]._compute_domain(self._name, "write")
        return self._search(Domain(domain) & Domain(rules))

    def _get_customer_group_partners(self):
        return self

    # ------------------------------------------------------------
    # IMPORT
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
