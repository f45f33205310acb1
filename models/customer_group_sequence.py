# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, ormcache

#: The sources of changes that start a series if it says so, by its field. Others start
#: one only when a person has said so in the dialog of the change.
START_FIELDS = {
    "manual": "start_manual",
    "rule": "start_rule",
    "api": "start_api",
    "form": "start_form",
    "automation": "start_automation",
}
#: What decides about which changes start which series.
INDEX_FIELDS = {"active", "state", "trigger", "group_ids", "include_subgroups"}


class CustomerGroupSequence(models.Model):
    """What happens when a contact joins or leaves a group, step by step."""

    _name = "customer.group.sequence"
    _description = "Follow-up Series"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True, help="What the series is for.")
    company_id = fields.Many2one("res.company", string="Company")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        check_company=True,
        help="Is told about errors, and does what the steps do.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    step_ids = fields.One2many(
        comodel_name="customer.group.sequence.step",
        inverse_name="sequence_id",
        string="Steps",
        copy=True,
    )

    # Start
    trigger = fields.Selection(
        selection=[
            ("join", "A contact joins one of the groups"),
            ("leave", "A contact leaves one of the groups"),
            ("manual", "Only when somebody starts it"),
        ],
        string="Starts When",
        required=True,
        default="join",
    )
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_sequence_group_rel",
        column1="sequence_id",
        column2="group_id",
        string="Start Groups",
        ondelete="restrict",
        check_company=True,
    )
    include_subgroups = fields.Boolean(string="And Subgroups", default=True)
    start_manual = fields.Boolean(string="By Hand", default=True)
    start_rule = fields.Boolean(string="By Rule", default=True)
    start_api = fields.Boolean(string="By API", default=True)
    start_form = fields.Boolean(string="By Web Form", default=True)
    start_automation = fields.Boolean(string="By Another Series", default=True)
    reentry = fields.Selection(
        selection=[("never", "Never"), ("after", "After some days")],
        string="Start Again",
        required=True,
        default="never",
        help="Whether a contact can go through the series more than once.",
    )
    reentry_days = fields.Integer(
        string="Days until Again", default=90, help="Counted from the end of the last."
    )

    # Stop
    stop_on_leave = fields.Boolean(
        string="On Leaving",
        default=True,
        help="The contact is in none of the start groups any more; after leaving"
        " started the series: is back in one.",
    )
    stop_on_reply = fields.Boolean(string="On Reply", default=True)
    stop_group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_sequence_stop_group_rel",
        column1="sequence_id",
        column2="group_id",
        string="Goal Groups",
        ondelete="restrict",
        check_company=True,
        help="Who joins one of them, or a subgroup, has reached the goal.",
    )

    # When
    window_from = fields.Float(string="From", default=0.0)
    window_to = fields.Float(string="To", default=24.0)
    weekdays_only = fields.Boolean(string="Monday to Friday Only")
    tz_mode = fields.Selection(
        selection=[("partner", "of the contact"), ("company", "of the company")],
        string="Time Zone",
        required=True,
        default="partner",
    )
    hourly_limit = fields.Integer(help="E-mails per hour at most; 0: no limit.")
    max_delay_days = fields.Integer(
        string="Expires after Days",
        default=3,
        help="A step that is later than this, because Odoo did not run, is skipped."
        " 0: it is done however late.",
    )

    enrolment_ids = fields.One2many(
        comodel_name="customer.group.enrolment",
        inverse_name="sequence_id",
        string="Contacts in the Series",
        readonly=True,
    )
    problem_activity_id = fields.Many2one(
        comodel_name="mail.activity",
        string="Told about Errors",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    warning = fields.Text(
        compute="_compute_warning",
        help="What somebody should look at before the series runs, or while it does.",
    )

    _limits_positive = models.Constraint(
        "CHECK (reentry_days >= 0 AND hourly_limit >= 0 AND max_delay_days >= 0)",
        "Days and limits of a series cannot be negative.",
    )
    _window_in_day = models.Constraint(
        "CHECK (window_from >= 0 AND window_from <= 24"
        " AND window_to >= 0 AND window_to <= 24)",
        "The hours of a series are between 0:00 and 24:00.",
    )

    # ------------------------------------------------------------
    # INDEX
    # ------------------------------------------------------------

    @api.model
    @ormcache()
    def _get_start_index(self):
        """Return the running series by what starts them.

        :return: dict from pair (trigger, id of a group) to the ids of the series
        """
        index = {}
        # sudo: series start for whoever joins, whatever the user may see of them.
        running = self.sudo().search([("state", "=", "running")])
        for sequence in running.filtered(lambda s: s.trigger != "manual"):
            for group_id in sequence._get_start_group_ids():
                index.setdefault((sequence.trigger, group_id), []).append(sequence.id)
        return index

    def _get_start_group_ids(self):
        """Return the ids of the start groups, with those below them if they count."""
        self.ensure_one()
        groups = self.with_context(active_test=False).group_ids._origin
        if self.include_subgroups:
            return groups._get_subtree_ids(groups.ids)
        return groups.ids

    def _get_start_groups(self):
        return self.env["customer.group"].browse(self._get_start_group_ids())

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("state", "trigger", "group_ids", "step_ids", "active")
    def _check_running(self):
        """Refuse to run a series that cannot do anything."""
        for sequence in self.filtered(lambda s: s.state == "running"):
            if not sequence.step_ids:
                raise ValidationError(
                    self.env._(
                        "“%s” has no step. Add the first one, or pause the series.",
                        sequence.name,
                    )
                )
            groups = sequence.with_context(active_test=False).group_ids
            if sequence.trigger != "manual" and not groups:
                raise ValidationError(
                    self.env._(
                        "Choose the groups that start “%s”, or let it start only when"
                        " somebody starts it.",
                        sequence.name,
                    )
                )

    @api.constrains("company_id")
    def _check_company_of_steps(self):
        self.with_context(active_test=False).step_ids._check_company()

    def _check_user(self):
        """Leave it to administrators with whose rights code runs.

        No constraint: constraints do not know who makes a change.

        :raise AccessError: when somebody else is responsible for one with code
        """
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        for sequence in self.with_context(active_test=False):
            others = sequence.user_id - self.env.user
            if others and "code" in sequence.step_ids.mapped("action"):
                raise AccessError(
                    self.env._(
                        "“%s” runs a server action with the rights of the responsible."
                        " Only administrators can make somebody else responsible.",
                        sequence.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("active") is False:
            vals = vals | {"state": "draft"}
        if not INDEX_FIELDS.isdisjoint(vals):
            self.env.registry.clear_cache()
        result = super().write(vals)
        if "user_id" in vals:
            self._check_user()
        if vals.get("active") is False:
            self.env["customer.group.enrolment"]._stop_where(
                "series", SQL("sequence_id IN %s", self._ids or (0,))
            )
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        # sudo: contacts of other companies have a history as well.
        enrolments = self.env["customer.group.enrolment"].sudo()
        found = enrolments.search([("sequence_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "Contacts have been in “%s”, and what was sent to them must stay"
                    " known. Archive the series instead.",
                    found.sequence_id.name,
                )
            )

    def copy_data(self, default=None):
        self.step_ids._check_code()
        vals_list = super().copy_data(default=default)
        for sequence, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", sequence.name)
        return vals_list

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_start(self):
        """Let contacts enter the series, and go on with those who are in it.

        Nobody's steps have expired during a pause: they are due now.

        :raise UserError: when there is nothing to do, or a step cannot be done
        """
        for sequence in self:
            if not sequence.active:
                raise UserError(
                    self.env._("“%s” is archived. Unarchive it first.", sequence.name)
                )
            if not sequence.step_ids:
                raise UserError(
                    self.env._("Add the first step of “%s”.", sequence.name)
                )
            sequence.step_ids._check_target()
        waiting = self.filtered(lambda s: s.state != "running")
        waiting.state = "running"
        self.env["customer.group.enrolment"]._catch_up(waiting)

    def action_pause(self):
        """Let nobody enter any more, and have those who are in it wait."""
        self.filtered(lambda s: s.state == "running").state = "paused"

    def action_test(self):
        """Show what the series would do for a contact.

        :return: action that opens the dialog
        """
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_sequence_test_action"
        ) | {"context": {"default_sequence_id": self.id}}
