# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..models.customer_group_operation import Change


class CustomerGroupRuleOff(models.TransientModel):
    """Switch off the rule of a group, and decide about those whom it put in."""

    _name = "customer.group.rule.off"
    _description = "Switch Off a Rule"

    group_id = fields.Many2one(
        comodel_name="customer.group",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    members = fields.Selection(
        selection=[
            ("keep", "Keep them, as if people had put them in"),
            ("remove", "Take them out of the group"),
        ],
        string="Members by Rule",
        required=True,
        default="keep",
    )
    rule_member_count = fields.Integer(
        string="Put In by the Rule", compute="_compute_rule_member_count"
    )

    @api.depends("group_id")
    def _compute_rule_member_count(self):
        for wizard in self:
            [[wizard.rule_member_count]] = self.env.execute_query(
                SQL("SELECT count(*) FROM (%s) AS pair", wizard._sql_members())
            )

    def _sql_members(self):
        return SQL(
            """SELECT partner_id, group_id FROM customer_group_membership
                WHERE group_id = %s AND by_rule AND date_end IS NULL""",
            self.group_id.id or 0,
        )

    def action_apply(self):
        """Switch off the rule; its text stays for the next time.

        :return: action that closes the dialog and shows the group again
        :raise AccessError: when the user may not change the rule of the group
        """
        self.ensure_one()
        group = self.group_id
        group.check_access("write")
        group._check_field_access(group._fields["use_rule"], "write")
        if self.members == "remove":
            reason = self.env._("The rule was switched off.")
            change = Change("rule", "rule", reason)
            operation = group._change_members(None, self._sql_members(), change)
            self.env["customer.group.rule.queue"]._enter_members(operation)
        group.use_rule = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}
