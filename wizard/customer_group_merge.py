# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.tools import formatLang


class CustomerGroupMerge(models.TransientModel):
    """Make one group of several, with a preview of what follows."""

    _name = "customer.group.merge"
    _description = "Merge Customer Groups"

    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_merge_group_rel",
        string="Groups to Merge",
        context={"active_test": False},
    )
    target_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group That Remains",
        compute="_compute_target_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    reason = fields.Char(help="Is shown in the list of changes.")
    obstacle = fields.Char(compute="_compute_preview")
    lost_codes = fields.Char(compute="_compute_preview")
    present_count = fields.Integer(
        compute="_compute_preview",
        string="Members now",
        help="All contacts in the group itself, archived ones included.",
    )
    joining_count = fields.Integer(
        compute="_compute_preview",
        string="Members joining",
        help="Contacts of the other groups that are not in this one yet.",
    )
    already_count = fields.Integer(
        compute="_compute_preview",
        string="In both already",
        help="Contacts of the other groups that are in this one as well.",
    )
    subgroup_count = fields.Integer(
        compute="_compute_preview", string="Subgroups moving"
    )
    history_count = fields.Integer(
        compute="_compute_preview",
        string="History moving",
        help="Who was in several of the groups at the same time gets one row of them.",
    )
    reference_count = fields.Integer(
        compute="_compute_preview",
        string="References moving",
        help="Other records that refer to the groups; they will refer to this one.",
    )

    # ------------------------------------------------------------
    # DEFAULTS, COMPUTE
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Take the ticked groups, or the one whose form is open."""
        values = super().default_get(fields)
        context = self.env.context
        if "group_ids" in fields and context.get("active_model") == "customer.group":
            ids = context.get("active_ids") or []
            values["group_ids"] = [Command.set(ids)]
        return values

    @api.depends("group_ids")
    def _compute_target_id(self):
        for wizard in self:
            groups = wizard.group_ids._origin
            if wizard.target_id not in groups:
                wizard.target_id = groups._get_merge_target()

    @api.depends("group_ids", "target_id")
    def _compute_preview(self):
        for wizard in self:
            target = wizard.target_id._origin
            sources = wizard.group_ids._origin - target
            wizard.obstacle = sources._get_merge_obstacle(target)
            codes = [code for code in (target + sources).mapped("code") if code]
            wizard.lost_codes = ", ".join(codes[1:])
            counts = {} if wizard.obstacle else sources._get_merge_counts(target)
            for name in self._get_count_fields():
                wizard[name] = counts.get(name, 0)

    @api.model
    def _get_count_fields(self):
        return [name for name in self._fields if name.endswith("_count")]

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_merge(self):
        """Merge the groups, say how many members joined, and open what remains.

        :return: client action
        :raise UserError: when something is in the way of the merge
        """
        self.ensure_one()
        target, groups = self.target_id, self.group_ids
        names = ", ".join((groups - target).mapped("display_name"))
        operation = groups._merge_into(target, self.reason)
        action = target._get_open_action()
        if "res_id" in action:
            # The page below the dialog may show a group that is gone.
            action |= self.env["ir.actions.act_window"]._for_xml_id(
                "customer_group.customer_group_action"
            ) | {"target": "main", "views": action["views"], "res_id": target.id}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Merged into “%(target)s”: %(groups)s. New members: %(added)s.",
                    groups=names,
                    target=target.display_name,
                    added=formatLang(self.env, operation.added, digits=0),
                ),
                "next": action,
            },
        }
