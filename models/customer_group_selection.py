# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from graphlib import CycleError, TopologicalSorter
from random import SystemRandom

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Parameter: above how many contacts one has to type their number, and its default.
CONFIRM_ABOVE, CONFIRM_ABOVE_DEFAULT = "customer_group.confirm_above", 500


class CustomerGroupSelection(models.Model):
    """A subset of contacts for an activity: which groups, which conditions, how many.

    It is evaluated whenever it is used, with the rights of who uses it. What stands in
    a line is never evaluated in part: whoever may not see one of the groups is told so.
    """

    _name = "customer.group.selection"
    _description = "Selection of Contacts"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    description = fields.Text(help="What the selection is for.")
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        ondelete="restrict",
        help="Contacts of this company, and those of none. Leave empty for all that"
        " you see.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index=True,
        ondelete="restrict",
    )
    is_shared = fields.Boolean(
        string="Shared",
        help="Everybody who may put contacts into groups can use the selection. Only"
        " its owner and managers change it.",
    )
    line_ids = fields.One2many(
        comodel_name="customer.group.selection.line",
        inverse_name="selection_id",
        string="Groups",
        copy=True,
    )
    domain = fields.Text(
        string="Conditions", default="[]", help="What holds for all of the contacts."
    )
    partner_kind = fields.Selection(
        selection=[
            ("all", "Companies and persons"),
            ("company", "Companies only"),
            ("person", "Persons only"),
        ],
        string="Contacts",
        required=True,
        default="all",
    )
    for_email = fields.Boolean(
        string="For E-mail",
        help="Leaves out contacts without a valid e-mail address, and those who do not"
        " want e-mails.",
    )
    cap_mode = fields.Selection(
        selection=[
            ("none", "Everybody"),
            ("random", "A random sample of"),
            ("newest", "The newest"),
            ("oldest", "The oldest"),
            ("name", "The first by name"),
        ],
        string="How Many",
        required=True,
        default="none",
    )
    cap_count = fields.Integer(string="Number of Contacts", default=100)
    # Stored, so that number, list and action concern the same contacts.
    seed = fields.Integer(
        copy=False, default=lambda self: self._draw_seed(), exportable=False
    )
    snapshot_ids = fields.One2many(
        comodel_name="customer.group.selection.snapshot",
        inverse_name="selection_id",
        string="Uses",
        readonly=True,
    )
    can_edit = fields.Boolean(compute="_compute_can_edit")

    _cap_count_positive = models.Constraint(
        "CHECK (cap_mode = 'none' OR cap_count > 0)",
        "Say how many contacts you want: 1 at least. Choose “Everybody” for all of"
        " them.",
    )

    # ------------------------------------------------------------
    # COMPUTE, CONSTRAINTS
    # ------------------------------------------------------------

    @api.model
    def _draw_seed(self):
        return SystemRandom().randrange(1, 2**31)

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_can_edit(self):
        is_manager = self.env.user.has_group("customer_group.group_manager")
        for selection in self:
            selection.can_edit = is_manager or selection.user_id == self.env.user

    @api.constrains("domain")
    def _check_domain(self):
        """Refuse conditions that are not valid, too slow, or a look at secrets.

        Constraints are checked as superuser; the author has to search himself.
        """
        for selection in self.sudo(False):
            error = (
                self.env["customer.group"]
                .sudo(False)
                ._get_conditions_error(selection.domain, allow_none=True)
            )
            if error:
                raise ValidationError(
                    self.env._(
                        "The conditions of “%(selection)s” are not valid: %(error)s",
                        selection=selection.name,
                        error=error,
                    )
                )

    @api.constrains("line_ids", "is_shared")
    def _check_others(self):
        """Refuse that selections refer to each other, or a shared one to a private."""
        self._check_no_cycle()
        lines = self.env["customer.group.selection.line"]
        # sudo: a constraint concerns selections of other users as well.
        used = lines.sudo().search(
            [
                ("other_id", "!=", False),
                "|",
                ("selection_id", "in", self.ids),
                ("other_id", "in", self.ids),
            ]
        )
        for line in used:
            if line.selection_id.is_shared and not line.other_id.is_shared:
                raise ValidationError(
                    self.env._(
                        "“%(selection)s” is shared and uses “%(other)s”, which is not:"
                        " others could not use it. Share that one as well.",
                        selection=line.selection_id.name,
                        other=line.other_id.name,
                    )
                )

    def _check_no_cycle(self):
        """Refuse that a selection uses itself, directly or through others.

        :raise ValidationError: with the names of the selections
        """
        used = {}
        for selection_id, line in self._read_lines(self.ids):
            if line.other_id:
                used.setdefault(selection_id, []).append(line.other_id)
        try:
            TopologicalSorter(used).prepare()
        except CycleError as error:
            ids = error.args[1][::-1]
            lines = self.env["customer.group.selection.line"]
            raise ValidationError(lines._get_cycle_message(ids)) from error

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for selection, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", self.env._("%s (copy)", selection.name))
            vals["user_id"] = self.env.uid
        return vals_list

    def unlink(self):
        """Delete the lines first, as selections that use each other go together."""
        self.check_access("unlink")
        self._unlink_except_in_use()
        lines = self.env["customer.group.selection.line"]
        # sudo: lines that the owner may not see any more go as well.
        lines.sudo().search([("selection_id", "in", self.ids)]).unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        lines = self.env["customer.group.selection.line"]
        lines._check_not_in_use("other_id", self)

    @api.model
    def _get_confirm_limit(self):
        """Return above how many contacts a user has to type their number."""
        # sudo: a setting for all users.
        parameters = self.env["ir.config_parameter"].sudo()
        value = parameters.get_param(CONFIRM_ABOVE, "")
        return int(value) if value.isdigit() else CONFIRM_ABOVE_DEFAULT
