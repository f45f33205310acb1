# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

from ..models.customer_group_operation import Change


class CustomerGroupAssign(models.TransientModel):
    """Put any number of contacts into groups, or take them out, with a preview."""

    _name = "customer.group.assign"
    _inherit = "customer.group.ticked"
    _description = "Assign Contacts to Customer Groups"

    mode = fields.Selection(
        selection=[
            ("add", "Add to groups"),
            ("remove", "Remove from groups"),
            ("move", "Move to other groups"),
        ],
        required=True,
        default="add",
    )
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_assign_group_rel",
        string="Groups",
        context={"active_test": False},
        domain=[("can_assign", "=", True), ("active", "=", True)],
    )
    from_group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_assign_from_group_rel",
        string="Out of",
        context={"active_test": False},
        domain=[("can_assign", "=", True), ("active", "=", True)],
    )
    include_subgroups = fields.Boolean(
        string="Also out of Subgroups",
        help="Contacts of a subgroup count as members of the groups above it.",
    )
    subgroup_ids = fields.Many2many(
        comodel_name="customer.group",
        string="Subgroups",
        compute="_compute_subgroup_ids",
        context={"active_test": False},
        help="Subgroups in which some of the selected contacts are.",
    )
    reason = fields.Char(help="Is shown in the history of the contacts and groups.")
    selected_count = fields.Integer(compute="_compute_counts", string="Selected")
    change_count = fields.Integer(compute="_compute_counts", string="Will change")
    already_count = fields.Integer(compute="_compute_counts", string="Already so")
    forbidden_count = fields.Integer(compute="_compute_counts", string="Not permitted")
    series_count = fields.Integer(
        compute="_compute_series_count", string="Would enter Follow-up Series"
    )
    start_series = fields.Boolean(
        string="Start Follow-up Series",
        help="Without this, a change in bulk starts no series.",
    )
    operation_id = fields.Many2one("customer.group.operation", readonly=True)
    added = fields.Integer(related="operation_id.added", related_sudo=False)
    removed = fields.Integer(related="operation_id.removed", related_sudo=False)
    pinned = fields.Integer(related="operation_id.pinned", related_sudo=False)
    skipped = fields.Integer(related="operation_id.skipped", related_sudo=False)
    can_undo = fields.Boolean(related="operation_id.can_undo", related_sudo=False)

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("mode", "partner_domain", "group_ids", "operation_id")
    def _compute_subgroup_ids(self):
        """Find the subgroups that somebody leaves, when he is to leave those above."""
        for wizard in self:
            groups = wizard.group_ids._origin
            if wizard.mode != "remove" or not groups.child_ids or wizard.operation_id:
                wizard.subgroup_ids = False
                continue
            below = set(groups._get_subtree_ids(groups.ids)) - set(groups.ids)
            rows = self.env.execute_query(
                SQL(
                    """SELECT g.id FROM customer_group g
                        WHERE g.id IN %s AND EXISTS (
                              SELECT FROM customer_group_res_partner_rel r
                               WHERE r.group_id = g.id AND r.partner_id IN %s)""",
                    tuple(below) or (0,),
                    wizard._get_partners().subselect(),
                )
            )
            wizard.subgroup_ids = groups.browse(id_ for [id_] in rows)

    @api.depends(
        "mode",
        "partner_domain",
        "group_ids",
        "from_group_ids",
        "include_subgroups",
        "operation_id",
    )
    def _compute_counts(self):
        done = self.filtered("operation_id")  # the numbers of the operation count now
        done.selected_count = done.forbidden_count = 0
        done.change_count = done.already_count = 0
        for wizard in self - done:
            domain = wizard._get_domain()
            allowed = self.env["res.partner"]._get_assignable_query(domain)
            [[allowed_count, change_count]] = self.env.execute_query(
                SQL(
                    """WITH allowed AS MATERIALIZED (%s)
                     SELECT (SELECT count(*) FROM allowed), (%s)""",
                    allowed.select(),
                    wizard._get_groups()._sql_count_changing(
                        wizard.mode,
                        SQL("SELECT id FROM allowed"),
                        wizard.from_group_ids._origin,
                    ),
                )
            )
            rule = self.env["ir.rule"]._compute_domain
            if rule("res.partner", "read") == rule("res.partner", "write"):
                selected_count = allowed_count
            else:
                selected_count = self.env["res.partner"].search_count(domain)
            wizard.selected_count = selected_count
            wizard.forbidden_count = selected_count - allowed_count
            wizard.change_count = change_count
            wizard.already_count = allowed_count - change_count

    @api.depends(
        "mode",
        "partner_domain",
        "group_ids",
        "from_group_ids",
        "include_subgroups",
        "operation_id",
    )
    def _compute_series_count(self):
        for wizard in self:
            groups = wizard._get_groups()
            wizard.series_count = not wizard.operation_id and groups._count_starting(
                wizard.mode,
                self.env["res.partner"]
                ._get_assignable_query(wizard._get_domain())
                .select(),
                wizard.from_group_ids._origin,
            )

    def _get_groups(self):
        """Return the groups, with the subgroups to leave when these are wanted."""
        groups = self.group_ids._origin
        if self.mode == "remove" and self.include_subgroups:
            groups |= self.subgroup_ids._origin
        return groups

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_apply(self):
        """Make the change and show its exact result.

        :return: action that shows the result in the same dialog
        :raise UserError: when nothing is chosen, or a group cannot be assigned
        """
        self.ensure_one()
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("This change is being made already. Wait a moment.")
            ) from error
        if self.operation_id:
            raise UserError(self.env._("This change has been made already."))
        if not self.group_ids or (self.mode == "move" and not self.from_group_ids):
            raise UserError(self.env._("Choose the groups first."))
        change = Change(
            self.mode, "bulk", self.reason or "", start_series=self.start_series
        )
        self.operation_id = self._get_groups()._assign(
            self._get_domain(), change, out_of=self.from_group_ids
        )
        if not self.operation_id:
            raise UserError(
                self.env._("None of these contacts exists any more. Select others.")
            )
        return self._reopen()

    def action_undo(self):
        """Take the change back.

        :return: client action that says how much was undone
        """
        self.ensure_one()
        return self.operation_id.action_undo()

    def action_close(self):
        """Close the dialog and show the contacts as they are now.

        :return: client action
        """
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Done"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
