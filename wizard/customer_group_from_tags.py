# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..models.customer_group_operation import Change


class CustomerGroupFromTags(models.TransientModel):
    """Turn contact tags into customer groups, once or again and again.

    The preview and the change itself follow the same plan, which is made anew from the
    tags and groups as they are.
    """

    _name = "customer.group.from.tags"
    _inherit = "customer.group.plan"
    _description = "Turn Contact Tags into Customer Groups"

    scope = fields.Selection(
        selection=[("all", "All tags"), ("chosen", "Chosen tags")],
        string="Which tags",
        required=True,
        default="all",
    )
    tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        relation="customer_group_from_tags_tag_rel",
        string="Tags",
        context={"active_test": False},
    )
    with_subtags = fields.Boolean(string="And the tags below them", default=True)
    with_archived = fields.Boolean(
        string="Archived tags as well", help="They become archived groups."
    )
    mode = fields.Selection(
        selection=[
            ("add", "Add the contacts that have the tag"),
            ("equal", "Make equal: also remove those that do not have it"),
        ],
        string="Members",
        required=True,
        default="add",
    )
    reason = fields.Char(help="Is shown in the history of the contacts and groups.")
    archive_tags = fields.Boolean(string="Archive these tags afterwards")

    # Not a one2many: of these the ORM adds new records in square time.
    line_ids = fields.Many2many(
        comodel_name="customer.group.from.tags.line",
        relation="customer_group_from_tags_line_rel",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    tag_count = fields.Integer(
        string="Tags chosen",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    new_count = fields.Integer(
        string="New groups",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    add_count = fields.Integer(
        string="Memberships to add",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    remove_count = fields.Integer(
        string="Memberships to remove",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )
    remark_count = fields.Integer(
        string="With remarks",
        compute="_compute_preview",
        compute_sudo=False,
        store=True,
    )

    operation_id = fields.Many2one("customer.group.operation", readonly=True)
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_from_tags_group_rel",
        context={"active_test": False},
        readonly=True,
    )
    created_count = fields.Integer(readonly=True, string="Groups created")
    added = fields.Integer(related="operation_id.added")
    removed = fields.Integer(related="operation_id.removed")
    can_undo = fields.Boolean(compute="_compute_can_undo")

    # ------------------------------------------------------------
    # DEFAULTS, COMPUTE
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Take the ticked tags when it is opened from the list of tags."""
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "res.partner.category":
            ids = context.get("active_ids") or []
            values |= {"scope": "chosen", "tag_ids": [Command.set(ids)]}
        return values

    @api.depends("operation_id.undone_by_id")
    def _compute_can_undo(self):
        for wizard in self:
            operation = wizard.operation_id
            wizard.can_undo = operation.can_undo and (
                operation.added or operation.removed
            )

    @api.depends(
        "scope", "tag_ids", "with_subtags", "with_archived", "parent_id", "mode"
    )
    def _compute_preview(self):
        for wizard in self:
            plan = wizard._get_plan()
            lines = wizard._prepare_lines(plan)
            wizard.line_ids = [Command.clear(), *map(Command.create, lines)]
            wizard.tag_count = len(lines)
            wizard.new_count = len(plan.new_places)
            wizard.add_count = sum(line["add_count"] for line in lines)
            wizard.remove_count = sum(line["remove_count"] for line in lines)
            wizard.remark_count = sum(bool(line["remarks"]) for line in lines)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_apply(self):
        """Create the groups, change their members and show the exact result.

        :return: action that shows the result in the same dialog
        :raise UserError: when it was done already, no tag is chosen, or a group cannot
            be created
        """
        self.ensure_one()
        if self.operation_id:
            raise UserError(self.env._("This change has been made already."))
        self._check_parent()
        self.flush_recordset()  # the preview tells what was before the change
        plan = self._get_plan()
        if not plan.places:
            raise UserError(self.env._("Choose at least one tag."))
        self.created_count = len(self._create_groups(plan))
        self._link_tags(plan)
        self.group_ids = [Command.set([p.group_id for p in plan.places.values()])]
        reason = self.env._("From contact tags")
        if self.reason:
            reason = f"{reason}: {self.reason}"
        self.operation_id = self.env["customer.group"]._change_members(
            SQL(
                "SELECT r.partner_id, m.group_id %s AND m.open AND f.fits",
                self._sql_carriers(plan),
            ),
            self._sql_removes(plan) if self.mode == "equal" else None,
            Change("add", "bulk", reason),
        )
        if self.archive_tags:
            tags = self.env["res.partner.category"].browse(plan.places)
            tags.filtered("active").action_archive()
        return self._reopen()

    def _link_tags(self, plan):
        """Remember which tags the groups were made from."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_tag_rel (tag_id, group_id)
                   SELECT tag_id, group_id FROM %s ON CONFLICT DO NOTHING""",
                self._sql_mapping(plan),
            )
        )
        self.env["customer.group"].invalidate_model(["tag_ids"])

    def action_undo(self):
        """Take the memberships back; the groups stay.

        :return: client action that says how much was undone
        """
        self.ensure_one()
        return self.operation_id.action_undo()
