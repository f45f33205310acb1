# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import operator as python_operator
from collections import defaultdict
from random import randint

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql
from odoo.tools.sql import create_index, make_index_name

from ..tools import naming

#: More levels than anybody needs, and few enough for recursive code elsewhere.
MAX_LEVELS = 1000
#: Length at which the sort key is cut; siblings below sort by their id alone.
MAX_SORT_KEY = 1000


class CustomerGroup(models.Model):
    """A group of customers: what it is for, where it stands in the tree, who may use it.

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
        translate=True, help="What the group is for: who belongs in it and who does not."
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
        ],
        string="Who May Assign",
        default="all",
        required=True,
        tracking=True,
    )
    can_assign = fields.Boolean(
        compute="_compute_can_assign", search="_search_can_assign", exportable=False
    )
    direct_member_count = fields.Integer(
        string="Direct Members",
        compute="_compute_member_count",
        search="_search_direct_member_count",
        help="Contacts in this very group.",
    )
    member_count = fields.Integer(
        string="Members",
        compute="_compute_member_count",
        search="_search_member_count",
        help="Contacts in this group or in one of its subgroups, each counted once.",
    )
    # Technical: the name as it is compared, in the source language.
    name_key = fields.Char(compute="_compute_name_key", store=True, exportable=False)
    # Technical: orders the groups as a tree wherever a flat list is shown.
    sort_key = fields.Char(compute="_compute_sort_key", store=True, exportable=False)

    _color_range = models.Constraint(
        "CHECK (color BETWEEN 1 AND 11)", "Choose one of the colors 1 to 11."
    )
    _code_uniq = models.UniqueIndex(
        "(lower(code)) WHERE code IS NOT NULL",
        "Another group has this code already. Codes must be unique.",
    )
    _sibling_name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), COALESCE(company_id, 0), name_key)",
        "A group with this name was just created in the same place. Reload the page.",
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

    @api.constrains("name")
    def _check_name(self):
        for group in self:
            name = naming.clean_name(group.name or "")
            if not name:
                raise ValidationError(self.env._("Give the group a name."))
            if len(name) > naming.MAX_NAME_LENGTH:
                raise ValidationError(
                    self.env._(
                        "The name “%(start)s…” is too long."
                        " Shorten it to %(length)s characters.",
                        start=name[:30],
                        length=naming.MAX_NAME_LENGTH,
                    )
                )
            for character in naming.FORBIDDEN_CHARACTERS:
                if character in name:
                    raise ValidationError(
                        self.env._(
                            "The name “%(name)s” contains “%(character)s”, which separates"
                            " groups in paths and imports. Use another character, or set"
                            " the parent group to build a hierarchy.",
                            name=name,
                            character=character,
                        )
                    )

    @api.constrains("name")
    def _check_sibling_names(self):
        self._check_siblings({})

    def _check_siblings(self, place):
        """Refuse the name of a sibling, whatever the language, case and accents.

        Archived siblings count too, as they may be restored.

        :param dict place: the ``parent_id`` and ``company_id`` these groups are about
            to get. A move is checked before it is written, because the ORM flushes it
            at once and the unique index would answer with less helpful words.
        """
        names = defaultdict(list)
        rows = self._get_sibling_rows(place)
        languages = {lang for row in rows for lang in row["name"]}
        for row in rows:
            for lang in languages:
                name = row["name"].get(lang) or row["name"]["en_US"]
                key = (row["parent_id"] or 0, lang, naming.normalize_name(name))
                names[key].append(row | {"name": name})
        for same in names.values():
            for row in same:
                if row["id"] in self._ids:
                    self._check_same_name(row, same)

    def _get_sibling_rows(self, place):
        """Return these groups, as they will stand at ``place``, and their siblings.

        SQL, because siblings of other companies count and because the names are wanted
        in all languages.
        """
        self.flush_model(["name", "parent_id", "company_id", "active"])
        parents = (
            [place["parent_id"] or 0]
            if "parent_id" in place
            else [group.parent_id.id or 0 for group in self]
        )
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT id, parent_id, company_id, active, name
                     FROM customer_group
                    WHERE COALESCE(parent_id, 0) IN %s OR id IN %s""",
                tuple(parents),
                self._ids,
            )
        )
        return [row | place if row["id"] in self._ids else row for row in rows]

    def _check_same_name(self, row, rows):
        for other in rows:
            companies = {row["company_id"], other["company_id"]}
            if other["id"] == row["id"] or (len(companies) == 2 and all(companies)):
                continue
            parent = self.browse(row["parent_id"])
            path = naming.join_path([*parent.mapped("display_name"), row["name"]])
            if other["active"]:
                raise ValidationError(
                    self.env._(
                        "There is a group “%(path)s” already."
                        " Use that one or choose another name.",
                        path=path,
                    )
                )
            raise ValidationError(
                self.env._(
                    "There is an archived group “%(path)s”."
                    " Restore that one or choose another name.",
                    path=path,
                )
            )

    @api.constrains("parent_id")
    def _check_depth(self):
        self.flush_model(["parent_id", "parent_path"])
        [[levels]] = self.env.execute_query(
            SQL(
                """SELECT max(length(child.parent_path)
                              - length(replace(child.parent_path, '/', '')))
                     FROM customer_group parent
                     JOIN customer_group child
                       ON child.parent_path LIKE parent.parent_path || '%%'
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
                    "“%(parent)s” cannot belong to %(company)s, because its subgroup"
                    " “%(subgroup)s” is not a group of that company alone.",
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
                    "“%(group)s” cannot belong to %(company)s, because it has members of"
                    " another company. Take them out of the group first.",
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

    @api.depends("name")
    def _compute_name_key(self):
        for group in self.with_context(lang="en_US"):
            group.name_key = naming.normalize_name(group.name or "")

    @api.depends("name", "sequence", "parent_path")
    def _compute_sort_key(self):
        """Chain sequence and name from the main group down.

        Reads the ancestors from ``parent_path`` instead of recursing, so that the
        number of queries does not grow with the depth. ``write`` has the descendants
        recomputed when an ancestor changes.
        """
        groups = self.with_context(lang="en_US")
        for group, line in zip(self, groups._get_lines(), strict=True):
            parts = (f"{g.sequence + 2**31:010}{g.name_key or ''}\x01" for g in line)
            group.sort_key = "".join(parts)[:MAX_SORT_KEY]

    @api.depends("name", "parent_path")
    @api.depends_context("lang", "hierarchical_naming", "formatted_display_name")
    def _compute_display_name(self):
        """Show the path; only the name with ``hierarchical_naming`` false in context.

        A drop-down (``formatted_display_name``) needs the path in any case.
        """
        context = self.env.context
        if not context.get("hierarchical_naming", True) and not context.get(
            "formatted_display_name"
        ):
            for group in self:
                group.display_name = group.name
            return
        for group, line in zip(self, self._get_lines(), strict=True):
            group.display_name = naming.join_path(ancestor.name or "" for ancestor in line)

    def _get_lines(self):
        """Return for each group the groups from the main group down to itself.

        :return: a list of recordsets, in the order of ``self``; all of them share one
            prefetch, so that their fields are read in one query
        """
        paths = []
        for group in self:
            # A record that is being created has no path yet, but its parent does.
            path = group.parent_path or f"{group.parent_id.parent_path or ''}0/"
            paths.append([*map(int, path.split("/")[:-2]), group.id])
        prefetch_ids = tuple({id_ for path in paths for id_ in path})
        return [self.browse(path).with_prefetch(prefetch_ids) for path in paths]

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
        if self.env.su or self.env.user.has_group("customer_group.group_manager"):
            domain = Domain.TRUE
        elif self.env.user.has_group("customer_group.group_assign"):
            domain = Domain("assign_policy", "=", "all")
        else:
            domain = Domain.FALSE
        return domain if True in value else ~domain

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_member_count(self):
        counts = {
            id_: (direct, total) for id_, direct, total in self._get_member_counts()
        }
        for group in self:
            group.direct_member_count, group.member_count = counts.get(
                group._origin.id, (0, 0)
            )

    def _get_member_counts(self):
        """Count what the current user would find by searching contacts himself.

        One query for all groups: subgroups come by the path, each contact counts once
        per group. Archived contacts do not count, nor do archived subgroups of an
        active group.

        :return: rows ``(group id, direct members, members with subgroups)``; groups
            without members are left out
        """
        if not self._origin:
            return []
        self.flush_model(["parent_path", "active"])
        partners = self.env["res.partner"]._search([])
        subgroups = self.with_context(active_test=False)._search([])
        return self.env.execute_query(
            SQL(
                """SELECT g.id,
                          count(*) FILTER (WHERE r.group_id = g.id),
                          count(DISTINCT r.partner_id)
                     FROM customer_group g
                     JOIN customer_group s ON s.parent_path LIKE g.parent_path || '%%'
                     JOIN customer_group_res_partner_rel r ON r.group_id = s.id
                    WHERE g.id IN %(ids)s
                      AND (s.active OR NOT g.active)
                      AND s.id IN %(subgroups)s
                      AND r.partner_id IN %(partners)s
                 GROUP BY g.id""",
                ids=self._origin._ids,
                subgroups=subgroups.subselect(),
                partners=partners.subselect(),
            )
        )

    @api.model
    def _search_direct_member_count(self, operator, value):
        return self._search_count(1, operator, value)

    @api.model
    def _search_member_count(self, operator, value):
        return self._search_count(2, operator, value)

    def _search_count(self, column, operator, value):
        compare = {
            "in": lambda count, values: count in values,
            "<": python_operator.lt,
            "<=": python_operator.le,
            ">": python_operator.gt,
            ">=": python_operator.ge,
        }.get(operator)
        if not compare:
            return NotImplemented
        groups = self.with_context(active_test=False).search([])
        counts = {row[0]: row[column] for row in groups._get_member_counts()}
        return Domain(
            "id", "in", [id_ for id_ in groups.ids if compare(counts.get(id_, 0), value)]
        )

    @api.model
    def _search_display_name(self, operator, value):
        """Search by path, or by a part of it.

        A text finds the groups that have it in their path: by name or code, and all
        groups below these. An exact value has to be the whole path, or the name of one
        group only.
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            paths = [path for path in value if path and isinstance(path, str)]
            groups = self.browse().union(*map(self._find_by_path, paths))
            return Domain("id", "in", groups.ids)
        if not operator.endswith("like") or not value:
            return super()._search_display_name(operator, value)
        groups = self.with_context(active_test=False).search(
            self._get_name_domain(operator, value)
        )
        return Domain("id", "child_of", groups._get_topmost().ids)

    @api.model
    def _get_name_domain(self, operator, value):
        """Return the domain of the groups that ``value`` itself names."""
        *parents, name = naming.split_path(value)
        domain = Domain("name", operator, name)
        if not parents:
            domain |= Domain("code", operator, name)
        path = "parent_id"
        for parent in reversed(parents):
            domain &= Domain(f"{path}.name", operator, parent)
            path += ".parent_id"
        return domain

    @api.model
    def _get_subtree_domain(self, ids):
        """Return the domain of groups and all that is below them.

        Archived subgroups belong to it only below an archived group: somebody who asks
        for that one by its id wants to see what it was.

        :param list[int] ids: the groups at the top
        """
        archived = self.with_context(active_test=False).search(
            [("id", "in", ids), ("active", "=", False)]
        )
        active = Domain("id", "child_of", ids) & Domain("active", "=", True)
        return active | Domain("id", "child_of", archived.ids)

    def _get_topmost(self):
        """Return the groups of ``self`` that are not below another one of ``self``."""
        ids = set(self._ids)
        return self.filtered(
            lambda group: ids.isdisjoint(map(int, group.parent_path.split("/")[:-2]))
        )

    @api.model
    def _find_by_path(self, path):
        """Return the groups that ``path`` stands for, case and accents ignored.

        :param str path: a whole path such as ``"Wholesale / EU"``, a single name, or
            a code
        :return: the group at that path or with that code; for a single name without a
            main group of that name, all groups that have it
        """
        names = naming.split_path(path)
        domain, prefix = Domain.TRUE, ""
        for name in reversed(names):
            domain &= Domain(
                f"{prefix}name_key", "=", naming.normalize_name(name)
            ) | Domain(f"{prefix}name", "=ilike", escape_psql(name))
            prefix += "parent_id."
        group = self.search(domain & Domain(prefix.removesuffix("."), "=", False))
        if not group and len(names) == 1:
            group = self.search(domain) or self.search(
                [("code", "=ilike", escape_psql(names[0]))]
            )
        return group

    # ------------------------------------------------------------
    # ONCHANGE
    # ------------------------------------------------------------

    @api.onchange("name")
    def _onchange_name_warn_similar(self):
        """Point out a group of nearly the same name before a second one is created."""
        if not self.name:
            return None
        others = self.search_fetch([("id", "!=", self._origin.id)], ["name", "parent_path"])
        similar = naming.find_similar(self.name, others.mapped("name"))
        if not similar:
            return None
        return {
            "warning": {
                "title": self.env._("Is this a new group?"),
                "message": self.env._(
                    "There is already a group “%(path)s”."
                    " Two groups of nearly the same name are easily mixed up.",
                    path=others.filtered(lambda g: g.name == similar)[0].display_name,
                ),
            }
        }

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._clean_vals(vals)
        if vals.get("parent_id"):
            self._check_not_below_itself(vals["parent_id"])
        place = {name: vals[name] for name in ("parent_id", "company_id") if name in vals}
        if self and place:
            self._check_siblings(place)
        result = super().write(vals)
        if not {"name", "sequence"}.isdisjoint(vals):
            self._invalidate_paths_of_subgroups()
        if "active" in vals:
            self._propagate_active(vals["active"])
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
                    "“%(group)s” cannot be moved below “%(parent)s”, because that is one"
                    " of its own subgroups.",
                    group=group.name,
                    parent=parent.display_name,
                )
            )

    def _invalidate_paths_of_subgroups(self):
        """Have the paths below renamed or reordered groups computed again."""
        subgroups = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        self.env.add_to_compute(self._fields["sort_key"], subgroups)
        self.invalidate_model(["display_name"])

    def _propagate_active(self, active):
        """Archive and restore groups together with all that is below them.

        What is above a restored group comes back as well: an active group below an
        archived one would have no place in the tree.
        """
        domain = Domain("id", "child_of", self.ids)
        if active:
            domain |= Domain("id", "parent_of", self.ids)
        others = self.with_context(active_test=False).search(
            domain & Domain("active", "!=", active)
        )
        if others:
            super(CustomerGroup, others).write({"active": active})

    def unlink(self):
        """Delete subgroups first: the ORM deletes many records in several statements."""
        deepest_first = self.sorted(lambda group: -group.parent_path.count("/"))
        return super(CustomerGroup, deepest_first).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_subgroups(self):
        subgroups = self.with_context(active_test=False).search(
            [("parent_id", "in", self.ids), ("id", "not in", self.ids)], limit=1
        )
        if subgroups:
            raise UserError(
                self.env._(
                    "“%(group)s” has subgroups, for example “%(subgroup)s”."
                    " Move or delete them first, or archive the group with all of them.",
                    group=subgroups.parent_id.name,
                    subgroup=subgroups.name,
                )
            )

    def copy_data(self, default=None):
        default = dict(default or {})
        vals_list = super().copy_data(default=default)
        if "name" not in default:
            for group, vals in zip(self, vals_list, strict=True):
                vals["name"] = group._get_copy_name(vals.get("parent_id"))
        return vals_list

    def _get_copy_name(self, parent_id):
        """Return the first name like "VIP (copy)" that no sibling has yet."""
        siblings = self.with_context(active_test=False).search([("parent_id", "=", parent_id)])
        used = {naming.normalize_name(name) for name in siblings.mapped("name")}
        room = naming.MAX_NAME_LENGTH - 20
        name = self.env._("%s (copy)", self.name[:room])
        number = 1
        while naming.normalize_name(name) in used:
            number += 1
            name = self.env._(
                "%(name)s (copy %(number)s)", name=self.name[:room], number=number
            )
        return name

    @api.model
    def name_create(self, name):
        """Create the group of a path, with those above it that do not exist yet.

        :param str name: a name, or a path such as ``"Wholesale / EU"``
        :return: tuple (id, display name) of the group at the end of the path; that of
            an existing group when there is one
        """
        group = self.browse()
        for segment in naming.split_path(name):
            siblings = self.search([("parent_id", "=", group.id)])
            key = naming.normalize_name(segment)
            group = siblings.filtered(
                lambda sibling, key=key: (
                    key in (sibling.name_key, naming.normalize_name(sibling.name))
                )
            )[:1] or self.create({"name": segment, "parent_id": group.id})
        return group.id, group.display_name

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Find groups by path; those that have ``name`` in their own name come first.

        While a file is imported, an exact name that several groups share is an error,
        as the first one found would be a guess.
        """
        if operator == "=" and "import_cache" in self.env.context:
            groups = self._find_by_path(name).filtered_domain(domain or [])
            if len(groups) > 1:
                raise ValueError(
                    self.env._(
                        "“%(name)s” is the name of several groups (%(paths)s)."
                        " Write the whole path of the one you mean.",
                        name=name,
                        paths=", ".join(groups.mapped("display_name")),
                    )
                )
            return [(group.id, group.display_name) for group in groups]
        if operator != "ilike" or not name:
            return super().name_search(name, domain, operator, limit)
        own = Domain(domain or Domain.TRUE) & self._get_name_domain(operator, name)
        groups = self.search_fetch(own, ["display_name"], limit=limit)
        result = [(group.id, group.display_name) for group in groups]
        if limit is None or len(result) < limit:
            rest = Domain(domain or Domain.TRUE) & Domain("id", "not in", groups.ids)
            result += super().name_search(
                name, rest, operator, limit and limit - len(result)
            )
        return result

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Customer Groups"),
                "template": "/customer_group/static/xls/customer_group_import_template.xlsx",
            }
        ]

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_members(self):
        """Open the contacts of the group and of its subgroups.

        :return: action dictionary
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("contacts.action_contacts")
        context = {"default_customer_group_ids": self.ids} if self.can_assign else {}
        return action | {
            "name": self.display_name,
            "domain": [("customer_group_ids", "child_of", self.id)],
            "context": context,
        }

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        if (
            field.name == "assign_policy"
            and operation == "write"
            and not self.env.su
            and not self.env.user.has_group("customer_group.group_manager")
        ):
            return False
        return super()._has_field_access(field, operation)
