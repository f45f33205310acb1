# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class CustomerGroupSequenceStep(models.Model):
    """One thing that a follow-up series does for a contact."""

    _name = "customer.group.sequence.step"
    _description = "Step of a Follow-up Series"
    _order = "sequence, id"
    _rec_name = "action"
    _check_company_auto = True

    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(related="sequence_id.company_id")
    delay_value = fields.Integer(string="Wait", default=0)
    delay_unit = fields.Selection(
        selection=[("hours", "hours"), ("days", "days"), ("weeks", "weeks")],
        required=True,
        default="days",
    )
    action = fields.Selection(
        selection=[
            ("email", "Send an e-mail"),
            ("activity", "Schedule an activity"),
            ("add", "Add to a group"),
            ("remove", "Remove from a group"),
            ("code", "Run a server action"),
        ],
        required=True,
        default="email",
    )
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-Mail Template",
        domain=[("model", "=", "res.partner")],
        index="btree_not_null",
        ondelete="restrict",
    )
    activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        domain=[("res_model", "in", [False, "res.partner"])],
        index="btree_not_null",
        ondelete="restrict",
    )
    activity_summary = fields.Char(string="Summary", translate=True)
    activity_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned to",
        check_company=True,
        help="Empty: the salesperson of the contact, else the responsible.",
    )
    target_group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    server_action_id = fields.Many2one(
        comodel_name="ir.actions.server",
        domain=[("model_id.model", "=", "res.partner")],
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_system",
    )
    trace_ids = fields.One2many(
        comodel_name="customer.group.enrolment.trace",
        inverse_name="step_id",
        readonly=True,
    )
