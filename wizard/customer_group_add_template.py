# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.tag_plan import TagPlan


class CustomerGroupAddTemplate(models.TransientModel):
    """Add groups that companies often need, without doubling what is there.

    A group is there already when it was made from the same template, wherever it stands
    now, or when it has the same name in the same place.
    """

    _name = "customer.group.add.template"
    _inherit = "customer.group.plan"
    _description = "Add Groups from a Template"

    classic_line_ids = fields.One2many(
        comodel_name="customer.group.add.template.line",
        inverse_name="wizard_id",
        string="Classic",
        domain=[("kind", "=", "classic")],
    )
    b2b_line_ids = fields.One2many(
        comodel_name="customer.group.add.template.line",
        inverse_name="wizard_id",
        string="B2B",
        domain=[("kind", "=", "b2b")],
    )
    b2c_line_ids = fields.One2many(
        comodel_name="customer.group.add.template.line",
        inverse_name="wizard_id",
        string="B2C",
        domain=[("kind", "=", "b2c")],
    )
    with_rules = fields.Boolean(
        string="Fill Them by Rules",
        default=True,
        help="Where the fields of contacts tell who belongs in a group, it gets a rule."
        " You can change it, or switch it off, on each group.",
    )
    new_count = fields.Integer(string="New groups", compute="_compute_counts")
    present_count = fields.Integer(string="There already", compute="_compute_counts")

    is_done = fields.Boolean(readonly=True)
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_add_template_group_rel",
        context={"active_test": False},
        readonly=True,
    )
    created_count = fields.Integer(string="Groups created", readonly=True)
    found_count = fields.Integer(string="Already there", readonly=True)

    # ------------------------------------------------------------
    # DEFAULTS, COMPUTE
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """Offer all dimensions with all their groups, none of them ticked."""
        values = super().default_get(fields)
        dimensions = self.env["customer.group.template"].search(
            [("parent_id", "=", False)]
        )
        for kind, templates in dimensions.grouped("kind").items():
            if f"{kind}_line_ids" in fields:
                values[f"{kind}_line_ids"] = [
                    Command.create(
                        {
                            "template_id": template.id,
                            "group_template_ids": template.child_ids.ids,
                        }
                    )
                    for template in templates
                ]
        return values

    @api.depends(
        "parent_id",
        "classic_line_ids.chosen",
        "classic_line_ids.group_template_ids",
        "b2b_line_ids.chosen",
        "b2b_line_ids.group_template_ids",
        "b2c_line_ids.chosen",
        "b2c_line_ids.group_template_ids",
    )
    def _compute_counts(self):
        for wizard in self:
            plan = wizard._get_plan(wizard._get_chosen_lines())
            places = set(plan.places.values())
            wizard.new_count = len(plan.new_places)
            wizard.present_count = len(places) - wizard.new_count

    # ------------------------------------------------------------
    # PLAN
    # ------------------------------------------------------------

    def _get_chosen_lines(self):
        lines = self.classic_line_ids + self.b2b_line_ids + self.b2c_line_ids
        return lines.filtered(lambda line: line.chosen and line.status != "archived")

    def _get_plan(self, lines):
        """Return what becomes of the templates of ``lines``, as things stand now.

        :rtype: TagPlan
        """
        chosen = lines.template_id + lines.group_template_ids
        return TagPlan(
            self._get_template_rows(),
            set(chosen._origin.ids),
            self._get_group_rows(),
            self._get_links(
                SQL(
                    """SELECT template_id AS source_id, id AS group_id
                         FROM customer_group WHERE template_id IS NOT NULL"""
                )
            ),
            self.parent_id._origin.id or None,
            "%s",
        )

    def _get_template_rows(self):
        """Return all templates; SQL, for their names in all languages.

        Subgroups get the color of their parent, which may have been there already.
        """
        self.env["customer.group.template"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """SELECT id, parent_id, name, sequence, TRUE AS active,
                          is_exclusive, rule_domain,
                          CASE WHEN parent_id IS NULL THEN color ELSE 0 END AS color
                     FROM customer_group_template ORDER BY id"""
            )
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_apply(self):
        """Create the groups that are missing and show the exact result.

        :return: action that shows the result in the same dialog
        :raise UserError: when it was done already, nothing is chosen, or a group cannot
            be created
        """
        self.ensure_one()
        if self.is_done:
            raise UserError(self.env._("These groups have been created already."))
        self._check_parent()
        plan = self._get_plan(self._get_chosen_lines())
        if not plan.places:
            raise UserError(self.env._("Switch on at least one dimension."))
        created = self._create_groups(plan)
        self._link_templates(plan)
        groups = self.env["customer.group"].browse(
            {place.group_id for place in plan.places.values()}
        )
        self.write(
            {
                "is_done": True,
                "group_ids": [Command.set(groups.ids)],
                "created_count": len(created),
                "found_count": len(groups) - len(created),
            }
        )
        return self._reopen("medium")

    def _prepare_group(self, plan, place):
        """Add the rule, and the sequence: groups stand as their templates do."""
        template = plan.tags[place.tag_ids[0]]
        values = super()._prepare_group(plan, place)
        values |= {name: template[name] for name in ("sequence", "is_exclusive")}
        if self.with_rules and template["rule_domain"]:
            templates = self.env["customer.group.template"]
            values |= {
                "use_rule": True,
                "rule_domain": templates._get_rule(template["rule_domain"]),
                "rule_everybody": True,
            }
        return values

    def _link_templates(self, plan):
        """Remember which template each group comes from; describe the new ones.

        Descriptions follow in all languages, so this is one statement.
        """
        places = [place for place in set(plan.places.values()) if place.group_id]
        groups = self.env["customer.group"]
        groups.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE customer_group g
                      SET template_id = t.id,
                          description = CASE WHEN v.is_new THEN t.description
                                             ELSE g.description END
                     FROM unnest(%s::int[], %s::int[], %s::bool[])
                          AS v(group_id, template_id, is_new)
                     JOIN customer_group_template t ON t.id = v.template_id
                    WHERE g.id = v.group_id AND g.template_id IS NULL""",
                [place.group_id for place in places],
                [place.tag_ids[0] for place in places],
                [place.is_new for place in places],
            )
        )
        groups.invalidate_model(["template_id", "description"])


class CustomerGroupAddTemplateLine(models.TransientModel):
    """A dimension to add, and which of its groups."""

    _name = "customer.group.add.template.line"
    _description = "Dimension to Add"

    wizard_id = fields.Many2one(
        comodel_name="customer.group.add.template", required=True, ondelete="cascade"
    )
    chosen = fields.Boolean(string="Add")
    template_id = fields.Many2one(
        comodel_name="customer.group.template",
        string="Dimension",
        required=True,
        ondelete="cascade",
    )
    kind = fields.Selection(related="template_id.kind", store=True)
    color = fields.Integer(related="template_id.color")
    description = fields.Text(related="template_id.description")
    group_template_ids = fields.Many2many(
        comodel_name="customer.group.template",
        relation="customer_group_add_template_line_rel",
        string="Groups",
        domain="[('parent_id', '=', template_id)]",
    )
    status = fields.Selection(
        selection=[
            ("new", "New"),
            ("partly", "Some exist"),
            ("exists", "Exists"),
            ("archived", "Archived"),
        ],
        compute="_compute_status",
    )

    @api.depends("template_id", "group_template_ids", "wizard_id.parent_id")
    def _compute_status(self):
        for wizard, lines in self.grouped("wizard_id").items():
            plan = wizard._get_plan(lines)
            for line in lines:
                line.status = line._get_status(plan)

    def _get_status(self, plan):
        """Return the state of the dimension's groups in ``plan``."""
        if not self.template_id:
            return False
        ids = [*self.template_id._origin.ids, *self.group_template_ids._origin.ids]
        if not plan.places[ids[0]].active:
            return "archived"
        new = sum(plan.places[id_].is_new for id_ in ids)
        return "exists" if not new else "new" if new == len(ids) else "partly"
