# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: What a step refers to, by what it does.
TARGET_FIELDS = {
    "email": "template_id",
    "activity": "activity_type_id",
    "add": "target_group_id",
    "remove": "target_group_id",
    "code": "server_action_id",
}
#: What decides about which code runs, and for whom.
CODE_FIELDS = {"action", "server_action_id", "sequence_id", "active"}


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

    _delay_positive = models.Constraint(
        "CHECK (delay_value BETWEEN 0 AND 87600)",
        "A step can wait between 0 hours and some years, and not into the past.",
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains(
        "action",
        "template_id",
        "activity_type_id",
        "target_group_id",
        "server_action_id",
        "active",
    )
    def _check_target(self):
        for step in self.filtered("active"):
            # sudo: the server action can be read by administrators only.
            obstacle = step.sudo()._get_obstacle()
            if obstacle:
                raise ValidationError(obstacle)

    def _get_obstacle(self):
        """Say why the step cannot be done, and what to do about it.

        :return: text for the user; empty when nothing is in the way
        """
        if not self[TARGET_FIELDS[self.action]]:
            return {
                "email": self.env._("Choose the e-mail template to send."),
                "activity": self.env._("Choose the type of activity."),
                "add": self.env._("Choose the group to add contacts to."),
                "remove": self.env._("Choose the group to remove contacts from."),
                "code": self.env._("Choose the server action to run."),
            }[self.action]
        return getattr(self, f"_get_{self.action}_obstacle", lambda: "")()

    def _get_email_obstacle(self):
        if self.template_id.model != "res.partner":
            return self.env._(
                "The template “%s” is not for contacts. Choose one that applies to"
                " contacts.",
                self.template_id.name,
            )
        return ""

    def _get_activity_obstacle(self):
        if self.activity_type_id.res_model not in (False, "res.partner"):
            return self.env._(
                "Activities of type “%s” are not for contacts. Choose another type.",
                self.activity_type_id.name,
            )
        return ""

    def _get_add_obstacle(self):
        group = self.target_group_id
        if not group.active:
            return self.env._(
                "The group “%s” is archived. Unarchive it, or choose another one for"
                " the step.",
                group.display_name,
            )
        return self._get_remove_obstacle()

    def _get_remove_obstacle(self):
        if self.target_group_id.assign_policy == "rule":
            return self.env._(
                "Only its rule decides who is in “%s”. Choose another group for the"
                " step.",
                self.target_group_id.display_name,
            )
        return ""

    def _get_code_obstacle(self):
        action = self.server_action_id
        if action.model_id.model != "res.partner":
            return self.env._(
                "The server action “%s” is not for contacts. Choose another one.",
                action.name,
            )
        return ""

    def _check_code(self):
        """Leave it to administrators which code runs.

        No constraint: constraints do not know who makes a change.

        :raise AccessError: when one of the steps runs a server action
        """
        if (
            not self.env.su
            and not self.env.user.has_group("base.group_system")
            and "code" in self.mapped("action")
        ):
            raise AccessError(
                self.env._(
                    "Only administrators can have a series run a server action. Ask one"
                    " of them to add the step."
                )
            )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("action", "sequence_id.step_ids.sequence")
    def _compute_display_name(self):
        """Name it by its place and by what it does, such as “2. Send an e-mail”."""
        actions = dict(self._fields["action"]._description_selection(self.env))
        for step in self:
            number = [*step.sequence_id.step_ids._ids, step.id].index(step.id) + 1
            step.display_name = f"{number}. {actions.get(step.action, '')}"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create([self._clean_vals(vals) for vals in vals_list])
        steps._check_code()
        return steps

    def write(self, vals):
        result = super().write(self._clean_vals(vals))
        if not CODE_FIELDS.isdisjoint(vals):
            self._check_code()
        if "action" in vals:
            # sudo: an action that does not run any more is let go by who changed that.
            self.sudo().filtered(
                lambda step: step.action != "code" and step.server_action_id
            ).server_action_id = False
        if vals.get("active") is False:
            self.sequence_id._check_running()
        return result

    def _clean_vals(self, vals):
        """Return ``vals`` without what the step no longer refers to."""
        used = TARGET_FIELDS.get(vals.get("action"))
        if not used:
            return vals
        unused = set(TARGET_FIELDS.values()) - {used, "server_action_id"}
        return vals | dict.fromkeys(unused, False)

    def unlink(self):
        """Archive steps that were done for somebody: what was done stays known."""
        # sudo: traces of contacts of other companies count as well.
        done = self.env["customer.group.enrolment.trace"].sudo()
        done = done._read_group([("step_id", "in", self.ids)], ["step_id"])
        used = self & self.browse(step.id for [step] in done)
        sequences = self.sequence_id
        used.active = False
        result = super(CustomerGroupSequenceStep, self - used).unlink()
        sequences.exists()._check_running()
        return result

    # ------------------------------------------------------------
    # USE
    # ------------------------------------------------------------

    @api.model
    def _check_unused(self, field, records):
        """Refuse to delete what steps refer to.

        Steps that were archived give it up.

        :param str field: the reference
        :param records: what is about to be deleted
        :raise UserError: with the name of the series
        """
        # sudo: series of companies that the user does not see need it as well.
        steps = self.sudo().with_context(active_test=False)
        steps = steps.search([(field, "in", records.ids)])
        for step in steps.filtered("active"):
            raise UserError(
                self.env._(
                    "“%(name)s” is used by the follow-up series “%(series)s”, in step"
                    " %(step)s. Change or delete that step first.",
                    name=step[field].display_name,
                    series=step.sequence_id.name,
                    step=step.display_name,
                )
            )
        steps[field] = False


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_series(self):
        self.env["customer.group.sequence.step"]._check_unused("template_id", self)


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_series(self):
        self.env["customer.group.sequence.step"]._check_unused("activity_type_id", self)


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_series(self):
        self.env["customer.group.sequence.step"]._check_unused("server_action_id", self)
