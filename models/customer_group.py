# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from random import randint

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import create_index, make_index_name

from ..tools import naming

#: More levels than anybody needs, and few enough for recursive code elsewhere.
MAX_LEVELS = 1000


class CustomerGroup(models.Model):
    """A group of customers: what it is for, where it stands, who may use it.

    The members are not a field of the group: ``res.partner.customer_group_ids`` is the
    only door to them, so that rights and rules stand in one place and no form ever
    loads a list of all members.
    """

    _name = "customer.group"
    _description = "Customer Group"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sort_key, id"
    _parent_store = True
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        copy=False,
        tracking=True,
        help="Short, stable key by which other systems refer to the group.",
    )
    description = fields.Text(
        translate=True,
        help="What the group is for: who belongs in it and who does not.",
    )
    color = fields.Integer(
        compute="_compute_color",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=False,
    )
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10, aggregator=False)
    parent_id = fields.Many2one(
        comodel_name="customer.group",
        string="Parent Group",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    child_ids = fields.One2many(
        comodel_name="customer.group", inverse_name="parent_id", string="Subgroups"
    )
    parent_path = fields.Char(index=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="Leave empty to use the group in all companies.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
        help="Answers for what the group means and who belongs in it.",
    )
    assign_policy = fields.Selection(
        selection=[
            ("all", "Everyone with the Assign right"),
            ("manager", "Managers only"),
            ("rule", "Nobody, only the rule"),
        ],
        string="Who May Assign",
        default="all",
        required=True,
        tracking=True,
    )
    can_assign = fields.Boolean(
        compute="_compute_can_assign", search="_search_can_assign", exportable=False
    )

    _color_range = models.Constraint(
        "CHECK (color BETWEEN 1 AND 11)", "Choose one of the colors 1 to 11."
    )
    _code_uniq = models.UniqueIndex(
        "(lower(code)) WHERE code IS NOT NULL",
        "Another group has this code already. Codes must be unique.",
    )

    def init(self):
        """Index the paths with SP-GiST, under the name Odoo expects.

        The B-tree that Odoo would create refuses values of more than 2,704 bytes, the
        path of some 500 levels; SP-GiST has no such limit and serves ``LIKE 'path%'``.
        """
        create_index(
            self.env.cr,
            make_index_name(self._table, "parent_path"),
            self._table,
            ["parent_path"],
            method="spgist",
        )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("parent_id")
    def _check_depth(self):
        self.flush_model(["parent_id", "parent_path"])
        [[levels]] = self.env.execute_query(
            SQL(
                """SELECT max(length(child.parent_path)
                              - length(replace(child.parent_path, '/', '')))
                     FROM customer_group parent
                     JOIN customer_group child
                       ON child.parent_path ^@ parent.parent_path
                    WHERE parent.id IN %s""",
                self._ids,
            )
        )
        if levels > MAX_LEVELS:
            raise ValidationError(
                self.env._(
                    "A tree of groups can have %(max)s levels at most; this would make"
                    " it %(levels)s. Choose a parent group higher up.",
                    max=MAX_LEVELS,
                    levels=levels,
                )
            )

    @api.constrains("company_id")
    def _check_company_of_subgroups_and_members(self):
        """Refuse a company that the subgroups or members cannot follow."""
        self.flush_model(["parent_id", "company_id"])
        for subgroup, parent in self._get_company_conflicts():
            raise ValidationError(
                self.env._(
                    "“%(parent)s” cannot belong to %(company)s, because its"
                    " subgroup “%(subgroup)s” is not a group of that company alone.",
                    parent=parent.display_name,
                    company=parent.company_id.display_name,
                    subgroup=subgroup.name,
                )
            )
        conflicts = self.env["res.partner"]._get_group_company_conflicts(
            SQL("r.group_id IN %s", self._ids)
        )
        if conflicts:
            raise ValidationError(
                self.env._(
                    "“%(group)s” cannot belong to %(company)s, because it has members"
                    " of another company. Take them out of the group first.",
                    group=conflicts[0][1].display_name,
                    company=conflicts[0][1].company_id.display_name,
                )
            )

    def _get_company_conflicts(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT child.id, parent.id
                     FROM customer_group parent
                     JOIN customer_group child ON child.parent_id = parent.id
                     JOIN res_company pc ON pc.id = parent.company_id
                LEFT JOIN res_company cc ON cc.id = child.company_id
                    WHERE parent.id IN %s
                      AND cc.parent_path LIKE pc.parent_path || '%%' IS NOT TRUE
                    LIMIT 1""",
                self._ids,
            )
        )
        # sudo: the subgroup named in the message may be of a company that is not
        # among the active ones; the user changes its parent and must learn of it.
        return [
            (self.sudo().browse(child), self.browse(parent)) for child, parent in rows
        ]

    # ------------------------------------------------------------
    # COMPUTE, SEARCH
    # ------------------------------------------------------------

    @api.depends("parent_id")
    def _compute_color(self):
        for group in self:
            group.color = group.color or group.parent_id.color or randint(1, 11)

    @api.depends("assign_policy")
    @api.depends_context("uid")
    def _compute_can_assign(self):
        assignable = self.filtered_domain(self._search_can_assign("in", [True]))
        for group in self:
            group.can_assign = group in assignable

    @api.model
    def _search_can_assign(self, operator, value):
        if operator != "in":
            return NotImplemented
        if self.env.su:
            domain = Domain.TRUE
        elif self.env.user.has_group("customer_group.group_manager"):
            domain = Domain("assign_policy", "!=", "rule")
        elif self.env.user.has_group("customer_group.group_assign"):
            domain = Domain("assign_policy", "=", "all")
        else:
            domain = Domain.FALSE
        return domain if True in value else ~domain

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_vals(vals) for vals in vals_list]
        parents = self.browse({vals.get("parent_id") or False for vals in vals_list})
        companies = {parent.id: parent.company_id.id for parent in parents if parent.id}
        for vals in vals_list:
            # The small form and paths do not ask for the company.
            if companies.get(vals.get("parent_id")):
                vals.setdefault("company_id", companies[vals["parent_id"]])
        return super().create(vals_list)

    def write(self, vals):
        vals = self._clean_vals(vals)
        if vals.get("parent_id"):
            self._check_not_below_itself(vals["parent_id"])
        place = {
            name: vals[name] for name in ("parent_id", "company_id") if name in vals
        }
        if self and place:
            self._check_siblings(place)
        result = super().write(vals)
        if not {"name", "sequence"}.isdisjoint(vals):
            self._invalidate_paths_of_subgroups()
        if "parent_id" in vals:
            self.env["res.partner"].invalidate_model(["customer_main_group_ids"])
        if "active" in vals:
            others = self._get_archived_along(vals["active"])
            super(CustomerGroup, others).write({"active": vals["active"]})
        return result

    def _clean_vals(self, vals):
        """Return ``vals`` without stray white space and without blank values.

        A blank cell in an imported file asks for the default.
        """
        vals = dict(vals)
        if "name" in vals:
            vals["name"] = naming.clean_name(str(vals["name"] or ""))
        for name in ("color", "sequence", "assign_policy"):
            if vals.get(name, "") is False:
                del vals[name]
        if isinstance(vals.get("code"), str):
            vals["code"] = vals["code"].strip() or False
        return vals

    def _check_not_below_itself(self, parent_id):
        parent = self.browse(parent_id)
        above = set(map(int, (parent.parent_path or "").split("/")[:-1]))
        for group in self.filtered(lambda group: group.id in above):
            if group == parent:
                raise ValidationError(
                    self.env._("“%s” cannot be its own parent group.", group.name)
                )
            raise ValidationError(
                self.env._(
                    "“%(group)s” cannot be moved below “%(parent)s”, because that is"
                    " one of its own subgroups.",
                    group=group.name,
                    parent=parent.display_name,
                )
            )

    def _get_archived_along(self, active):
        """Return the groups that are archived or restored together with these.

        That is all below them; above a restored group also what is above it: an active
        group below an archived one would have no place in the tree.
        """
        domain = Domain("id", "child_of", self.ids)
        if active:
            domain |= Domain("id", "parent_of", self.ids)
        return self.with_context(active_test=False).search(
            domain & Domain("active", "!=", active)
        )

    def unlink(self):
        """Delete subgroups first: the ORM deletes many records in batches."""
        deepest_first = self.sorted(lambda group: -group.parent_path.count("/"))
        return super(CustomerGroup, deepest_first).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_subgroups(self):
        # sudo: subgroups of companies that are not active hold the group as well.
        subgroup = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [("parent_id", "in", self.ids), ("id", "not in", self.ids)], limit=1
            )
        )
        if not subgroup:
            return
        if not subgroup.sudo(False)._filtered_access("read"):
            raise UserError(
                self.env._(
                    "“%s” has subgroups of another company and cannot be deleted."
                    " Archive it instead.",
                    subgroup.parent_id.name,
                )
            )
        raise UserError(
            self.env._(
                "“%(group)s” has subgroups, for example “%(subgroup)s”. Move or delete"
                " them first, or archive the group with all of them.",
                group=subgroup.parent_id.name,
                subgroup=subgroup.name,
            )
        )

    @api.model
    def load(self, fields, data):
        """Take away what guards formulas in an exported file, then import as usual."""
        data = [
            [naming.unquote(cell) if isinstance(cell, str) else cell for cell in row]
            for row in data
        ]
        return super().load(fields, data)

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Customer Groups"),
                "template": "/customer_group/static/xls/customer_group_template.xlsx",
            }
        ]

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        """Reserve the policy for managers; offer Archive only to who may write."""
        if operation == "write" and not self.env.su:
            if field.name == "assign_policy":
                return self.env.user.has_group("customer_group.group_manager")
            if field.name == "active":
                return self.has_access("write")
        return super()._has_field_access(field, operation)
