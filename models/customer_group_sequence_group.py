# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerGroup(models.Model):
    """What becomes of follow-up series when their groups change."""

    _inherit = "customer.group"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        if groups.parent_id:
            self._forget_start_index()
        return groups

    def write(self, vals):
        result = super().write(vals)
        if not {"parent_id", "active"}.isdisjoint(vals):
            self._forget_start_index()
        if vals.get("active") is False:
            self._tell_series_of_archiving()
        return result

    def unlink(self):
        self._forget_start_index()
        return super().unlink()

    @api.model
    def _forget_start_index(self):
        """Look up again which groups start series, when subgroups came or went."""
        if self.env["customer.group.sequence"]._get_start_index():
            self.env.flush_all()
            self.env.registry.clear_cache()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_series(self):
        self.env["customer.group.sequence.step"]._check_unused("target_group_id", self)
        for sequence in self._get_series():
            groups = sequence.group_ids | sequence.stop_group_ids
            raise UserError(
                self.env._(
                    "“%(group)s” starts or ends the follow-up series “%(series)s”."
                    " Take it out there first, or archive the group.",
                    group=(groups & self)[:1].display_name,
                    series=sequence.name,
                )
            )

    def _get_series(self):
        """Return the series that these groups start or end, whoever may see them."""
        # sudo: series of companies that the user does not see need the groups as well.
        sequences = self.env["customer.group.sequence"].sudo()
        return sequences.with_context(active_test=False).search(
            ["|", ("group_ids", "in", self.ids), ("stop_group_ids", "in", self.ids)]
        )

    def _tell_series_of_archiving(self):
        """Say in running series that nobody enters by a group any more.

        Who is in a series goes on: archiving takes nobody out of a group.
        """
        archived = self.with_context(active_test=False)
        archived = archived.search([("id", "child_of", self.ids)])
        # sudo: as with _get_series
        steps = self.env["customer.group.sequence.step"].sudo()
        steps = steps.search([("target_group_id", "in", archived.ids)])
        for sequence in archived._get_series() | steps.sequence_id:
            if sequence.state == "running":
                used = sequence.with_context(active_test=False)
                used = used.group_ids | used.stop_group_ids | used._get_target_groups()
                sequence.message_post(
                    body=self.env._(
                        "Archived by %(user)s: %(groups)s. Contacts in the series go"
                        " on; steps that add to an archived group fail.",
                        user=self.env.user.name,
                        groups=", ".join((used & archived).mapped("display_name")),
                    )
                )

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _get_company_obstacle(self, target):
        obstacle = super()._get_company_obstacle(target)
        if obstacle or not target.company_id:
            return obstacle
        # sudo: as with _get_series
        steps = self.env["customer.group.sequence.step"].sudo()
        steps = steps.with_context(active_test=False)
        steps = steps.search([("target_group_id", "in", self.ids)])
        for sequence in self._get_series() | steps.sequence_id:
            fits = target.sudo().filtered_domain(
                target._check_company_domain(sequence.company_id)
            )
            if not fits:
                return self.env._(
                    "“%(target)s” belongs to %(company)s, but the follow-up series"
                    " “%(series)s”, which uses one of the other groups, does not."
                    " Change the series first.",
                    target=target.display_name,
                    company=target.company_id.display_name,
                    series=sequence.name,
                )
        return ""

    def _move_references(self, target):
        """Have series start, end and change ``target``; each once."""
        result = super()._move_references(target)
        fields = self.env["customer.group.sequence"]._fields
        for name in ("group_ids", "stop_group_ids"):
            # Left over where the series had the target as well.
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE group_id IN %s",
                    SQL.identifier(fields[name].relation),
                    self._ids,
                )
            )
        self.env.registry.clear_cache()
        return result
