# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGroupMembership(models.Model):
    """Who decides how long a member stays: the rule or a person."""

    _inherit = "customer.group.membership"

    release_operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Left to the Rule by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The change by hand since which the rule decides again.",
    )
    pin_date = fields.Datetime(related="pin_operation_id.date", string="Held since")
    pin_user_id = fields.Many2one(related="pin_operation_id.user_id", string="Held by")
    stays = fields.Selection(
        selection=[
            ("rule", "By rule"),
            ("held", "Held by hand"),
            ("hand", "By hand"),
        ],
        compute="_compute_stays",
        help="By rule: leaves when the rule no longer matches. Held by hand: was there"
        " by rule, and stays from then on.",
    )
    can_hold = fields.Boolean(compute="_compute_can_hold")
    can_release = fields.Boolean(compute="_compute_can_hold")

    @api.depends("by_rule", "date_end", "pin_operation_id")
    def _compute_stays(self):
        for membership in self:
            if membership.date_end:
                membership.stays = False
            elif membership.by_rule:
                membership.stays = "rule"
            else:
                membership.stays = "held" if membership.pin_operation_id else "hand"

    @api.depends("by_rule", "date_end", "group_id.use_rule", "group_id.active")
    @api.depends_context("uid")
    def _compute_can_hold(self):
        may_assign = self.env["res.partner"]._may_change_customer_groups()
        for membership in self:
            group = membership.group_id
            open_to_user = (
                may_assign
                and not membership.date_end
                and group.use_rule
                and group.active
                and group.can_assign
            )
            membership.can_hold = open_to_user and membership.by_rule
            membership.can_release = open_to_user and not membership.by_rule

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_unpin(self):
        """Let the rule decide about members whom people put in or hold.

        Does nothing to former members, and to those of groups without a rule.

        :raise AccessError: when the user may not assign the group or change the contact
        """
        groups = self.group_id
        partners = self.partner_id
        groups.check_access("read")
        groups._check_assign(joining=groups)
        partners.check_access("write")
        partners._check_field_access(partners._fields["customer_group_ids"], "write")
        chosen = self.filtered(
            lambda m: not m.by_rule and not m.date_end and m.group_id.use_rule
        )
        if not chosen:
            return
        operations = self.env["customer.group.operation"]
        operation = operations._open(replace(operations._get_change(), kind="release"))
        operation.released = self._enter(
            SQL(
                """UPDATE customer_group_membership m
                      SET by_rule = TRUE, release_operation_id = %s
                    WHERE id IN %s AND m.by_rule IS NOT TRUE AND m.date_end IS NULL""",
                operation.id,
                chosen._ids,
            ),
            operation,
        )
        self.env["customer.group.rule.queue"]._enter(chosen.partner_id.ids)


class CustomerGroupOperation(models.Model):
    """Taking back that the rule decides again."""

    _inherit = "customer.group.operation"

    released = fields.Integer(
        string="Left to the Rule",
        readonly=True,
        help="Contacts about whom the rule decides from now on, and no longer people.",
    )

    def _count_steps(self):
        return super()._count_steps() + self.released

    def _undo_pins(self, undo, partners, groups):
        """Hold again, and keep out again, whom this change left to the rule."""
        held = super()._undo_pins(undo, partners, groups)
        if not self.released:
            return held
        held += self.env["customer.group.membership"]._enter(
            SQL(
                """UPDATE customer_group_membership m
                      SET by_rule = FALSE, release_operation_id = NULL,
                          unmatched_since = NULL
                    WHERE m.release_operation_id = %s AND m.by_rule
                      AND m.date_end IS NULL
                      AND m.partner_id IN %s AND m.group_id IN %s""",
                self.id,
                partners.subselect(),
                groups.subselect(),
            ),
            undo,
        )
        [[kept_out]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM customer_group_exclusion e
                     JOIN customer_group_exclusion again
                       ON again.partner_id = e.partner_id
                      AND again.group_id = e.group_id
                      AND again.end_operation_id IS NULL
                    WHERE e.end_operation_id = %s""",
                self.id,
            )
        )
        return held + kept_out
