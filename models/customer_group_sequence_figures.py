# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models

from .customer_group_sequence_step import TARGET_FIELDS

#: Where the states of a step done are counted.
COUNT_FIELDS = {
    "queued": "queued_count",
    "sent": "done_count",
    "done": "done_count",
    "failed": "failed_count",
    "skipped": "skipped_count",
}


class CustomerGroupSequence(models.Model):
    """How many contacts are in a series, and what came of its steps."""

    _inherit = "customer.group.sequence"

    running_count = fields.Integer(
        string="In the Series", compute="_compute_enrolment_counts"
    )
    enrolment_count = fields.Integer(
        string="Ever in the Series", compute="_compute_enrolment_counts"
    )
    error_count = fields.Integer(string="Errors", compute="_compute_trouble")
    retry_count = fields.Integer(string="Tried Again", compute="_compute_trouble")
    last_error = fields.Char(compute="_compute_trouble")
    done_count = fields.Integer(string="Done", compute="_compute_step_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_step_counts")
    replied_count = fields.Integer(string="Replied", compute="_compute_step_counts")

    @api.depends("enrolment_ids.state")
    def _compute_enrolment_counts(self):
        """Count the contacts that the user may see; takes one query."""
        self.running_count = self.enrolment_count = 0
        for sequence, state, count in self.env["customer.group.enrolment"]._read_group(
            [("sequence_id", "in", self.ids)], ["sequence_id", "state"], ["__count"]
        ):
            sequence.enrolment_count += count
            if state == "running":
                sequence.running_count = count

    @api.depends("enrolment_ids.last_error")
    def _compute_trouble(self):
        """Tell at how many contacts the series fails, and what the last error says."""
        self.error_count = self.retry_count = 0
        self.last_error = False
        enrolments = self.env["customer.group.enrolment"]
        last = {}
        for sequence, state, count, id_ in enrolments._read_group(
            [
                ("sequence_id", "in", self.ids),
                ("state", "in", ("running", "error")),
                ("last_error", "!=", False),
            ],
            ["sequence_id", "state"],
            ["__count", "id:max"],
        ):
            sequence["error_count" if state == "error" else "retry_count"] = count
            last[sequence] = max(id_, last.get(sequence, 0))
        for sequence, id_ in last.items():
            sequence.last_error = enrolments.browse(id_).last_error

    @api.depends("step_ids.done_count", "step_ids.failed_count")
    def _compute_step_counts(self):
        """Add up what came of all steps, also of those taken out since."""
        names = ("done_count", "failed_count", "replied_count")
        for sequence in self.with_context(active_test=False):
            for name in names:
                sequence[name] = sum(sequence.step_ids.mapped(name))


class CustomerGroupSequenceStep(models.Model):
    """How many contacts wait for a step, and what came of it for the others."""

    _inherit = "customer.group.sequence.step"

    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    queued_count = fields.Integer(string="To Be Sent", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    replied_count = fields.Integer(string="Replied", compute="_compute_counts")
    server_action_name = fields.Char(compute="_compute_server_action_name")
    target_color = fields.Integer(related="target_group_id.color")

    @api.depends("trace_ids.state", "trace_ids.replied_at")
    def _compute_counts(self):
        """Count for all steps at once: one query for who waits, one for the rest."""
        counts = {id_: Counter() for id_ in self.ids}
        for step, count in self.env["customer.group.enrolment"]._read_group(
            [("next_step_id", "in", self.ids), ("state", "=", "running")],
            ["next_step_id"],
            ["__count"],
        ):
            counts[step.id]["waiting_count"] = count
        traces = self.env["customer.group.enrolment.trace"]
        for step, state, count, replied in traces._read_group(
            [("step_id", "in", self.ids)],
            ["step_id", "state"],
            ["__count", "replied_at:count"],
        ):
            counts[step.id][COUNT_FIELDS[state]] += count
            counts[step.id]["replied_count"] += replied
        names = {"waiting_count", "replied_count", *COUNT_FIELDS.values()}
        for step in self:
            count = counts.get(step._origin.id, Counter())
            step.update({name: count[name] for name in names})

    @api.depends("server_action_id")
    def _compute_server_action_name(self):
        # sudo: all may know which server action it is, few may look inside.
        for step in self.sudo():
            step.server_action_name = step.server_action_id.name

    @api.depends("activity_summary", *TARGET_FIELDS.values())
    def _compute_display_name(self):
        """Say what the step does, and with what: “2. Send an e-mail: Welcome”."""
        super()._compute_display_name()
        for step in self:
            name = step._get_object_name()
            if name:
                step.display_name += f": {name}"

    def _get_object_name(self):
        """Return the name of the template, group or the like that the step uses."""
        self.ensure_one()
        if self.action == "activity":
            return self.activity_summary or self.activity_type_id.name
        if self.action == "code":
            return self.server_action_name
        return self[TARGET_FIELDS[self.action]].display_name
