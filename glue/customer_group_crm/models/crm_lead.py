# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.tools import SQL

from odoo.addons.customer_group.models.customer_group_operation import (
    CHANGE_KEY,
    Change,
)

FIELD = "customer_group_ids"


class CrmLead(models.Model):
    """Leads have groups of their own; a conversion gives them to the contact."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.group.mixin"]

    customer_group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_crm_lead_rel",
        column1="lead_id",
        column2="group_id",
        string="Customer Groups",
        copy=False,  # copy_data does it, as far as the user may
        search="_search_customer_group_ids",
        groups="base.group_user",
    )
    # Only for searching: the search bar lists the groups to choose from.
    customer_group_id = fields.Many2one(
        comodel_name="customer.group",
        compute="_compute_customer_group_id",
        search="_search_customer_group_id",
        exportable=False,
        groups="base.group_user",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._check_customer_group_changes(set(), leads._get_customer_group_pairs())
        leads._take_over_customer_groups(SQL("lead.id IN %s", leads._ids or (0,)))
        return leads

    def write(self, vals):
        # Groups that do not fit a company that follows from salesperson or team, which
        # comes without a write, or from a merge stay, hidden: to refuse would stop
        # automatic assignment.
        company_id = vals.get("company_id")
        moved = self.filtered(lambda lead: company_id not in (None, lead.company_id.id))
        if FIELD in vals:
            before = self._get_customer_group_pairs()
            self._forget_hidden_customer_groups()
        result = super().write(vals)
        if FIELD in vals:
            self._check_customer_group_changes(before, self._get_customer_group_pairs())
        elif vals.get("partner_id"):
            self._take_over_customer_groups(SQL("lead.id IN %s", self._ids or (0,)))
        if moved and self._get_customer_group_change().kind != "merge":
            self._check_customer_group_company(SQL("r.lead_id IN %s", moved._ids))
        return result

    def copy_data(self, default=None):
        """Copy the groups that the user may assign."""
        vals_list = super().copy_data(default)
        if self._has_field_access(self._fields[FIELD], "write"):
            self._forget_hidden_customer_groups()
            for lead, vals in zip(self, vals_list, strict=True):
                groups = lead.customer_group_ids.filtered("can_assign")
                vals.setdefault(FIELD, [Command.set(groups.ids)])
        return vals_list

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    @api.model
    def _take_over_customer_groups(self, condition):
        """Put leads that are in no group into the groups of their contacts.

        That needs no right: it tells of the lead what is true of its contact.

        :param SQL condition: which leads; they have the alias ``lead``
        """
        self.flush_model(["partner_id"])
        self._add_customer_groups(
            SQL(
                """SELECT lead.id AS lead_id, r.group_id
                     FROM crm_lead lead
                     JOIN customer_group_res_partner_rel r
                       ON r.partner_id = lead.partner_id
                     JOIN customer_group g ON g.id = r.group_id AND g.active
                    WHERE %s AND NOT EXISTS (
                          SELECT FROM customer_group_crm_lead_rel own
                           WHERE own.lead_id = lead.id)""",
                condition,
            )
        )

    @api.model
    def _add_customer_groups(self, pairs):
        """Put leads into groups, but not into those of another company.

        :param SQL pairs: query (lead_id, group_id)
        """
        self.flush_model(["company_id"])
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_crm_lead_rel (lead_id, group_id)
                   SELECT pair.lead_id, pair.group_id
                     FROM (%s) AS pair
                     JOIN crm_lead lead ON lead.id = pair.lead_id
                     JOIN customer_group g ON g.id = pair.group_id
                LEFT JOIN res_company lc ON lc.id = lead.company_id
                LEFT JOIN res_company gc ON gc.id = g.company_id
                    WHERE (lc.parent_path ^@ gc.parent_path
                           OR gc.parent_path ^@ lc.parent_path) IS NOT FALSE
                       ON CONFLICT DO NOTHING""",
                pairs,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model([FIELD])

    def _handle_partner_assignment(self, *args, **kwargs):
        result = super()._handle_partner_assignment(*args, **kwargs)
        self._give_customer_groups()
        return result

    def convert_opportunity(self, *args, **kwargs):
        result = super().convert_opportunity(*args, **kwargs)
        self.filtered(lambda lead: lead.type == "opportunity")._give_customer_groups()
        return result

    def _give_customer_groups(self):
        """Put the contacts into the groups of their leads, as far as the user may.

        Nothing is refused, so that nobody is kept from working on a lead: groups that
        the user may not assign, and those of another company, are left out.
        """
        partners = self.env["res.partner"]
        if not partners._has_field_access(partners._fields[FIELD], "write"):
            return
        self._forget_hidden_customer_groups()
        # A lead without salesperson moves to the company of its contact.
        for lead in self._filtered_access("read").filtered("partner_id"):
            partner = lead.partner_id
            groups = lead._get_groups_for(partner)
            if groups and partner.has_access("write"):
                groups._assign(
                    [("id", "=", partner.id), ("active", "in", [True, False])],
                    lead._prepare_customer_group_change(),
                )

    def _get_groups_for(self, partner):
        """Return the groups of the lead that the contact is to join."""
        groups = self.customer_group_ids.filtered(
            lambda group: group.active and group.can_assign
        )
        if not groups:  # as most leads are in none
            return groups
        present = {group_id for _id, group_id in partner._get_customer_group_pairs()}
        # sudo: a group may be of the mother company, which the user does not have.
        companies = partner.sudo().company_id
        return groups.filtered(
            lambda group: (
                group.id not in present
                and (
                    not companies
                    or not (company := group.sudo().company_id)
                    or company in companies.parent_ids
                    or companies in company.parent_ids
                )
            )
        )

    def _get_customer_group_partners(self):
        return self.partner_id

    def _prepare_customer_group_change(self):
        """Return how the journal tells of the groups that a contact got from a lead.

        :rtype: Change
        """
        reason = self.env._("From lead: %s", self.name)
        return replace(self._get_customer_group_change(), kind="add", reason=reason)

    def _get_customer_group_change(self):
        return self.env["customer.group.operation"]._get_change()

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_opportunity(self, *args, **kwargs):
        """Unite the groups. A lead merged into an opportunity is converted by that."""
        pairs = self._get_customer_group_pairs()
        types = set(self.mapped("type"))
        leads = self.with_context(**{CHANGE_KEY: Change("merge", "merge")})
        merged = super(CrmLead, leads)._merge_opportunity(*args, **kwargs)
        merged = merged.with_env(self.env)
        if pairs:
            self._add_customer_groups(
                SQL(
                    "SELECT %s AS lead_id, unnest(%s::int[]) AS group_id",
                    merged.id,
                    list({group_id for _lead_id, group_id in pairs}),
                )
            )
        if len(types) > 1:
            merged._give_customer_groups()
        return merged
