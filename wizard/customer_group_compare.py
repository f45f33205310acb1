# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CustomerGroupCompare(models.TransientModel):
    """A page that compares groups: who is in several, or who moved between them."""

    _name = "customer.group.compare"
    _description = "Comparison of Customer Groups"

    kind = fields.Selection(
        selection=[("overlap", "Overlap"), ("movement", "Movement")],
        string="Show",
        required=True,
        default="overlap",
    )
    choice = fields.Selection(
        selection=[
            ("largest", "Largest groups"),
            ("parent", "Subgroups of a group"),
            ("chosen", "Groups of my choice"),
        ],
        string="Compare",
        required=True,
        default="largest",
    )
    parent_id = fields.Many2one("customer.group", string="Subgroups of")
    group_ids = fields.Many2many("customer.group", string="Groups")
    include_subgroups = fields.Boolean(
        string="Including Subgroups",
        help="Members of subgroups count as members, each contact once.",
    )
    date_from = fields.Date(
        string="From",
        default=lambda self: fields.Date.context_today(self) - relativedelta(years=1),
    )
    date_to = fields.Date(string="Until", default=fields.Date.context_today)
    overlap_measure = fields.Selection(
        selection=[
            ("count", "Contacts in both"),
            ("share", "Share of the group on the left"),
            ("either", "Share of those in either"),
        ],
        string="Numbers",
        required=True,
        default="count",
    )
    movement_measure = fields.Selection(
        selection=[
            ("count", "Contacts"),
            ("share", "Share of the group on the left"),
        ],
        string="Numbers of Movement",
        required=True,
        default="count",
    )
    matrix = fields.Json(compute="_compute_matrix")

    def _compute_display_name(self):
        names = {
            "overlap": self.env._("Overlap of Groups"),
            "movement": self.env._("Movement between Groups"),
        }
        for page in self:
            page.display_name = names[page.kind]

    @api.depends(
        "kind",
        "choice",
        "parent_id",
        "group_ids",
        "include_subgroups",
        "date_from",
        "date_to",
    )
    @api.depends_context("uid", "allowed_company_ids", "lang", "tz")
    def _compute_matrix(self):
        for page in self:
            page.matrix = page._get_matrix()

    def _get_matrix(self):
        """Return what the heatmap shows, or ``message`` with what stands in the way."""
        try:
            return self._prepare_matrix()
        except UserError as error:
            return {"message": str(error)}

    def _prepare_matrix(self):
        """Return the numbers of the heatmap, for either kind.

        :return: what :meth:`get_overlap` and :meth:`get_movement` return; ``cells`` are
            the numbers (row, column, contacts, contacts in either)
        :rtype: dict
        :raise UserError: when something has to be chosen first
        """
        groups = self.env["customer.group"]
        options = {"include_subgroups": self.include_subgroups}
        if self.choice == "parent":
            if not self.parent_id:
                raise UserError(self.env._("Choose the group with the subgroups."))
            options["parent_id"] = self.parent_id._origin.id
        elif self.choice == "chosen":
            if len(self.group_ids) < 2:
                raise UserError(self.env._("Choose two groups at least."))
            options["group_ids"] = self.group_ids._origin.ids
        if self.kind == "overlap":
            matrix = groups.get_overlap(**options)
            cells = [
                cell
                for one, other, *numbers in matrix.pop("pairs")
                for cell in ((one, other, *numbers), (other, one, *numbers))
            ]
        else:
            period = {"date_from": self.date_from, "date_to": self.date_to}
            matrix = groups.get_movement(**period, **options)
            cells = matrix.pop("moves")
        if not matrix["groups"]:
            raise UserError(self.env._("There are no groups to compare."))
        return matrix | {"cells": cells}

    @api.model
    def _get_page_action(self, kind="overlap", groups=None):
        """Open the page.

        :param str kind: what it shows first
        :param groups: the groups to compare; a single one stands for its subgroups
        :return: action dictionary
        """
        values = {"kind": kind}
        if groups and len(groups) > 1:
            values |= {"choice": "chosen", "group_ids": [Command.set(groups.ids)]}
        elif groups:
            values |= {"choice": "parent", "parent_id": groups.id}
            values["include_subgroups"] = True
        page = self.create(values)
        return {
            "type": "ir.actions.act_window",
            "name": page.display_name,
            "res_model": self._name,
            "res_id": page.id,
            "views": [(False, "form")],
        }
