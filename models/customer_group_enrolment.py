# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class CustomerGroupEnrolment(models.Model):
    """A contact goes, or went, through a follow-up series once.

    ``running`` is followed by one of the other states, and these by nothing, unless a
    person resumes what has failed: who enters again has a new row. Rows are written by
    the methods of this model only.
    """

    _name = "customer.group.enrolment"
    _description = "Contact in a Follow-up Series"
    _order = "id desc"
    _rec_name = "sequence_id"
    _log_access = False

    sequence_id = fields.Many2one(
        comodel_name="customer.group.sequence",
        string="Series",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Started by Group",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    operation_id = fields.Many2one(
        comodel_name="customer.group.operation",
        string="Started by Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    occurrence = fields.Integer(required=True, readonly=True, default=1)
    parent_id = fields.Many2one(
        comodel_name="customer.group.enrolment",
        string="Started by Series",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    depth = fields.Integer(readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("done", "Done"),
            ("stopped", "Stopped"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
        default="running",
    )
    stop_reason = fields.Selection(
        selection=[
            ("left", "Left the groups"),
            ("back", "Is back in the groups"),
            ("replied", "Replied"),
            ("goal", "Goal reached"),
            ("optout", "Opted out"),
            ("blacklist", "Blacklisted"),
            ("no_email", "No e-mail address"),
            ("undeliverable", "E-mail cannot be delivered"),
            ("archived", "Contact archived"),
            ("merged", "Contacts merged"),
            ("loop", "Loop"),
            ("limit", "Too many series in a day"),
            ("series", "Series ended"),
            ("company", "Belongs to another company"),
            ("undone", "Change undone"),
            ("manual", "Stopped by hand"),
        ],
        readonly=True,
    )
    stop_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Stopped by",
        readonly=True,
        ondelete="set null",
    )
    next_step_id = fields.Many2one(
        comodel_name="customer.group.sequence.step",
        string="Next Step",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    next_run = fields.Datetime(string="Next", readonly=True)
    attempts = fields.Integer(readonly=True)
    last_error = fields.Char(readonly=True)
    date_start = fields.Datetime(string="Started", required=True, readonly=True)
    date_end = fields.Datetime(string="Ended", readonly=True)
    trace_ids = fields.One2many(
        comodel_name="customer.group.enrolment.trace",
        inverse_name="enrolment_id",
        string="Steps Done",
        readonly=True,
    )

    # Nobody goes through a series twice at the same time, nor twice for one reason.
    _running_uniq = models.UniqueIndex(
        "(sequence_id, partner_id) WHERE state = 'running'"
    )
    _occurrence_uniq = models.UniqueIndex("(sequence_id, partner_id, occurrence)")
    _due_idx = models.Index("(next_run) WHERE state = 'running'")
