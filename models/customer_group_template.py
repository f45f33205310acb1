# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain


class CustomerGroupTemplate(models.Model):
    """A group that companies often need, to be added from a list.

    Those without parent are the dimensions by which customers are sorted. They come
    with the addon and follow its updates; groups made from them belong to the company.
    Their stable key is the external id.
    """

    _name = "customer.group.template"
    _description = "Customer Group Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, readonly=True)
    description = fields.Text(translate=True, readonly=True)
    kind = fields.Selection(
        selection=[
            ("classic", "All customers"),
            ("b2b", "Business customers (B2B)"),
            ("b2c", "Private customers (B2C)"),
        ],
        string="Made for",
        required=True,
        readonly=True,
    )
    color = fields.Integer(required=True, readonly=True, aggregator=False)
    is_exclusive = fields.Boolean(readonly=True)
    rule_domain = fields.Text(
        readonly=True,
        help="Records of the conditions stand in it by their external ids.",
    )
    sequence = fields.Integer(default=10, readonly=True, aggregator=False)
    parent_id = fields.Many2one(
        comodel_name="customer.group.template",
        string="Dimension",
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    child_ids = fields.One2many(
        comodel_name="customer.group.template",
        inverse_name="parent_id",
        string="Groups",
        readonly=True,
    )

    @api.model
    def _get_rule(self, text):
        """Return the rule of a template as one of a group, with ids of this database.

        :param str text: domain; values of relations are external ids
        :return: text of the domain
        """

        def resolve(condition):
            _model, field = self.env["customer.group"]._get_steps(
                self.env["res.partner"], condition.field_expr
            )[-1]
            if not field.relational or not isinstance(condition.value, list):
                return condition
            ids = [
                self.env["ir.model.data"]._xmlid_to_res_id(name)
                for name in condition.value
            ]
            found = [id_ for id_ in ids if id_]
            return Domain(condition.field_expr, condition.operator, found)

        return repr(list(Domain(literal_eval(text)).map_conditions(resolve)))


class CustomerGroup(models.Model):
    """Which template a group was made from."""

    _inherit = "customer.group"

    template_id = fields.Many2one(
        comodel_name="customer.group.template",
        string="Made from Template",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        exportable=False,
        readonly=True,
        groups="customer_group.group_manager",
        help="By this the group is found again when templates are added once more,"
        " wherever it was moved and whatever it is called now.",
    )

    # ------------------------------------------------------------
    # FIRST STEPS
    # ------------------------------------------------------------

    @api.model
    def get_empty_list_help(self, help_message):
        """Offer templates to who may use them; tell others whom to ask."""
        user = self.sudo(False)  # actions are read with sudo
        if not user.has_access("create"):
            help_message = Markup(
                '<p class="o_view_nocontent_neutral_face">%s</p><p>%s</p>'
            ) % (
                self.env._("There are no customer groups yet"),
                self.env._("Ask a manager of customer groups to create the first."),
            )
        else:
            help_message = Markup(
                '%s<p><a type="action" class="o_customer_group_create btn btn-primary"'
                ' role="button" data-views="[[False, \'form\']]">%s</a></p>'
            ) % (Markup(help_message or ""), self.env._("Create a Group"))
        if user.env["customer.group.add.template"].has_access("create"):
            help_message += Markup(
                '<p>%s</p><p><a type="action" class="btn btn-secondary" role="button"'
                ' name="customer_group_load_template">%s</a></p>'
            ) % (
                self.env._("Or begin with groups that other companies use as well."),
                self.env._("Load a Template"),
            )
        return super().get_empty_list_help(help_message)
