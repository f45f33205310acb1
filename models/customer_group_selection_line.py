# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGroupSelectionLine(models.Model):
    """A group, or another selection, that a selection includes or excludes."""

    _name = "customer.group.selection.line"
    _description = "Line of a Selection of Contacts"
    _order = "mode, id"
    _rec_name = "selection_id"

    selection_id = fields.Many2one(
        comodel_name="customer.group.selection",
        required=True,
        index=True,
        ondelete="cascade",
    )
    mode = fields.Selection(
        selection=[
            ("any", "In any of these"),
            ("every", "In each of these"),
            ("exclude", "Never in"),
        ],
        string="Contacts Are",
        required=True,
        default="any",
    )
    group_id = fields.Many2one(
        comodel_name="customer.group",
        string="Group",
        index="btree_not_null",
        ondelete="restrict",
    )
    include_subgroups = fields.Boolean(string="And Subgroups", default=True)
    other_id = fields.Many2one(
        comodel_name="customer.group.selection",
        string="or Selection",
        index="btree_not_null",
        ondelete="restrict",
    )

    _group_or_other = models.Constraint(
        "CHECK ((group_id IS NULL) != (other_id IS NULL))",
        "Choose a group or another selection in each line.",
    )

    @api.constrains("other_id", "selection_id")
    def _check_other(self):
        self.selection_id._check_others()

    @api.model
    def _get_cycle_message(self, ids):
        """Return the text that names selections which refer to each other.

        :param list[int] ids: the selections, from one to itself
        """
        # sudo: the user changes one of them and must learn what stands in the way.
        others = self.env["customer.group.selection"].sudo().browse(ids)
        return self.env._(
            "Selections cannot use each other in a circle: %s. Take one of them out.",
            " → ".join(other.name for other in others),
        )

    @api.model
    def _check_not_in_use(self, field, records):
        """Refuse that something is deleted which selections need.

        :param str field: ``group_id`` or ``other_id``
        :param records: what is to be deleted
        :raise UserError: with the names of the selections that the user may see
        """
        # sudo: selections of other users need it as well.
        lines = self.sudo().search([(field, "in", records.ids)])
        users = lines.selection_id
        users -= users.browse(records.ids if field == "other_id" else ())
        if not users:
            return
        visible = users.sudo(False)._filtered_access("read")
        names = [f"“{selection.name}”" for selection in visible]
        names += [
            self.env._("a selection of %s", owner.name)
            for owner in (users - visible.sudo()).user_id
        ]
        raise UserError(
            self.env._(
                "“%(record)s” is used in %(selections)s. Take it out there first, or"
                " archive it instead.",
                record=lines.filtered(lambda line: line.selection_id in users)[:1][
                    field
                ].display_name,
                selections=", ".join(names),
            )
        )


class CustomerGroup(models.Model):
    """Groups that selections need are not deleted."""

    _inherit = "customer.group"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_selection(self):
        self.env["customer.group.selection.line"]._check_not_in_use("group_id", self)
