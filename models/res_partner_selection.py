# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .res_partner import WALK_KEY


class ResPartner(models.Model):
    """Finding the contacts of selections."""

    _inherit = "res.partner"

    # Only for searching: names a selection in a domain that can be sent around.
    customer_group_selection_id = fields.Many2one(
        comodel_name="customer.group.selection",
        string="In Selection",
        compute="_compute_customer_group_selection_id",
        search="_search_customer_group_selection_id",
        exportable=False,
        groups="customer_group.group_assign",
    )
    # Only for searching; never read, as a contact can be in very many.
    customer_group_snapshot_ids = fields.Many2many(
        comodel_name="customer.group.selection.snapshot",
        relation="customer_group_snapshot_res_partner_rel",
        column1="partner_id",
        column2="snapshot_id",
        string="In Snapshots of Selections",
        search="_search_customer_group_snapshot_ids",
        readonly=True,
        copy=False,
        exportable=False,
        groups="customer_group.group_assign",
    )

    def _compute_customer_group_selection_id(self):
        self.customer_group_selection_id = False

    @api.model
    def _search_customer_group_selection_id(self, operator, value):
        """Find the contacts of selections, with the rights of the current user."""
        name = "customer_group_selection_id"
        selections = self._get_searched(name, operator, value)
        if selections is NotImplemented:
            return NotImplemented
        return Domain.OR(selection._get_domain() for selection in selections)

    @api.model
    def _search_customer_group_snapshot_ids(self, operator, value):
        """Find the contacts of snapshots that the current user may see."""
        name = "customer_group_snapshot_ids"
        snapshots = self._get_searched(name, operator, value)
        if snapshots is NotImplemented:
            return NotImplemented
        if not snapshots:
            return Domain.FALSE
        ids = set(snapshots.ids)
        return self._get_members_domain(
            name,
            SQL(
                "customer_group_snapshot_res_partner_rel WHERE snapshot_id IN %s",
                snapshots._ids,
            ),
            lambda partner: not ids.isdisjoint(partner.sudo()[name].ids),
        )

    @api.model
    def _get_searched(self, name, operator, value):
        """Return the records that a condition names and the user may see.

        :raise UserError: when one of those that are named by id is not among them:
            with "not in", all contacts would match
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM then negates the answer to the opposite
        field = self._fields[name]
        self._check_field_access(field, "read")
        records = self.env[field.comodel_name].with_context(active_test=False)
        if operator == "=":  # how the ORM tries again when "in" raised an error
            operator, value = "in", [value]
        if operator in ("any", "any!") and isinstance(value, Domain):
            return records.search(value)
        if operator != "in":
            return records.search(Domain("display_name", operator, value))
        ids = {id_ for id_ in value if isinstance(id_, int) and id_}
        found = records.search(Domain("id", "in", ids))
        texts = [text for text in value if isinstance(text, str)]
        if len(found) < len(ids):
            raise UserError(
                self.env._(
                    "A selection of contacts does not exist any more, or you may not"
                    " see it. Choose another one."
                )
            )
        if texts:
            found |= records.search(Domain("display_name", "in", texts))
        return found

    @api.model
    def _get_in_each_domain(self, sets):
        """Return the domain of the contacts that are in a group of each of these sets.

        :param list[set[int]] sets: ids of groups; their rules are the caller's business
        """
        if not all(sets):
            return Domain.FALSE
        if len(sets) < 2:
            return Domain.AND(map(self._get_in_groups_domain, sets))
        frozen = [frozenset(ids) for ids in sets]
        first, *others = (tuple(sorted(ids)) for ids in frozen)
        members = SQL(
            "customer_group_res_partner_rel r WHERE r.group_id IN %s AND %s",
            first,
            SQL(" AND ").join(
                SQL(
                    """EXISTS (SELECT FROM customer_group_res_partner_rel o
                                WHERE o.partner_id = r.partner_id
                                  AND o.group_id IN %s)""",
                    ids,
                )
                for ids in others
            ),
        )
        return self._get_members_domain(
            "customer_group_ids",
            members,
            lambda partner: all(partner._is_in_any_group(ids) for ids in frozen),
            column=SQL.identifier("r", "partner_id"),
        )

    @api.model
    def _get_not_in_groups_domain(self, ids):
        """Return the domain of the contacts that are in none of these groups.

        The ORM's negation of the opposite would keep the database from joining.

        :param Iterable[int] ids: the groups; their rules are the caller's business
        """
        ids = frozenset(ids)
        if not ids:
            return Domain.TRUE

        def to_sql(model, alias, _query):
            model._check_field_access(model._fields["customer_group_ids"], "read")
            return SQL(
                """NOT EXISTS (SELECT FROM customer_group_res_partner_rel
                                WHERE group_id IN %s AND partner_id = %s%s)""",
                tuple(sorted(ids)),
                SQL.identifier(alias, "id"),
                # for a page, only a few contacts have to be looked up
                SQL(" OFFSET 0") if model.env.context.get(WALK_KEY) else SQL(),
            )

        return Domain.custom(
            to_sql=to_sql, predicate=lambda partner: not partner._is_in_any_group(ids)
        )

    @api.model
    def _get_willing_domain(self, group_ids):
        """Return the domain of the contacts who have not refused e-mails.

        :param set[int] group_ids: groups because of which one would write to them
        """

        def to_sql(model, alias, _query):
            model.env["mail.blacklist"].flush_model(["email", "active"])
            return SQL(
                """NOT EXISTS (SELECT FROM mail_blacklist b
                                WHERE b.active AND b.email = %s%s)""",
                model._field_to_sql(alias, "email_normalized"),
                SQL(" OFFSET 0") if model.env.context.get(WALK_KEY) else SQL(),
            )

        return Domain.custom(
            to_sql=to_sql, predicate=lambda partner: not partner.is_blacklisted
        )

    @api.model
    def _has_field_access(self, field, operation):
        """Leave the snapshots to those who make them."""
        if (
            field.name == "customer_group_snapshot_ids"
            and operation == "write"
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)
