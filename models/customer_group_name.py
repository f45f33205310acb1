# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from itertools import permutations

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import naming

#: Parameter that is set when nearly the same names are not to be pointed out.
IGNORE_SIMILAR = "customer_group.ignore_similar"


class CustomerGroup(models.Model):
    """What a group may be called."""

    _inherit = "customer.group"

    # Technical: the name as it is compared, in the source language.
    name_key = fields.Char(compute="_compute_name_key", store=True, exportable=False)

    similar_id = fields.Many2one(
        comodel_name="customer.group",
        string="Similar Group",
        compute="_compute_similar",
        exportable=False,
    )
    similar_can_assign = fields.Boolean(
        string="Similar Group Can Be Used",
        compute="_compute_similar",
        exportable=False,
    )

    _sibling_name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), COALESCE(company_id, 0), name_key)",
        "A group with this name was just created in the same place. Reload the page.",
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("name")
    def _check_name(self):
        for group in self:
            self._validate_name(group.name)

    @api.model
    def _validate_name(self, name):
        """Check what a group is to be called.

        :raise ValidationError: with what to do, when it cannot be called that
        """
        name = naming.clean_name(name or "")
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
                        "The name “%(name)s” contains “%(character)s”, which"
                        " separates groups in paths and imports. Use another"
                        " character, or set the parent group to build a hierarchy.",
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
        for row, other in self._get_same_names(place):
            self._refuse_same_name(row, other)

    def _get_same_names(self, place):
        """Yield what would have the same name as a sibling, as pairs of rows.

        :param dict place: as for :meth:`_check_siblings`
        :return: pairs of one of these groups and its sibling, each a dict with the
            ``id``, ``name``, ``parent_id``, ``company_id`` and ``active``
        """
        if not self:
            return
        names = defaultdict(list)
        rows = self._get_sibling_rows(place)
        languages = {lang for row in rows for lang in row["name"]}
        for row in rows:
            for lang in languages:
                name = row["name"].get(lang) or row["name"]["en_US"]
                key = (row["parent_id"] or 0, lang, naming.normalize_name(name))
                names[key].append(row | {"name": name})
        for same in names.values():
            for row, other in permutations(same, 2):
                companies = {row["company_id"], other["company_id"]}
                if row["id"] in self._ids and not (
                    len(companies) == 2 and all(companies)
                ):
                    yield row, other

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

    def _refuse_same_name(self, row, other):
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
                " Unarchive that one or choose another name.",
                path=path,
            )
        )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("name")
    def _compute_name_key(self):
        for group in self.with_context(lang="en_US"):
            group.name_key = naming.normalize_name(group.name or "")

    @api.depends("name")
    def _compute_similar(self):
        """Find what a new group, or a new name, could be mistaken for."""
        for group in self:
            origin = group._origin
            renamed = origin.name != group.name
            group.similar_id = renamed and group._find_similar(
                group.name, [("id", "!=", origin.id)]
            )
            group.similar_can_assign = group.similar_id.can_assign

    # ------------------------------------------------------------
    # NEAR-DUPLICATES
    # ------------------------------------------------------------

    @api.model
    def _find_similar(self, name, domain):
        """Return a group whose name is ``name`` or nearly so, here or in the source.

        Without the setting *Warn of nearly the same name*, only the same name counts.

        :param domain: which of the groups the user can see to compare with
        """
        by_key = {}
        for group in self.search_fetch(domain, ["name", "name_key"]) if name else ():
            by_key.setdefault(naming.normalize_name(group.name), group)
            by_key.setdefault(group.name_key, group)
        key = naming.normalize_name(name or "")
        if key not in by_key and self._warns_of_similar():
            key = naming.find_similar(key, by_key)
        return by_key.get(key, self.browse())

    @api.model
    def _warns_of_similar(self):
        """Return whether names that are nearly the same are pointed out."""
        # sudo: users may not read parameters.
        parameters = self.env["ir.config_parameter"].sudo()
        return not parameters.get_param(IGNORE_SIMILAR)

    @api.model
    def get_similar(self, path):
        """Return the group that a new group ``path`` would duplicate, or nearly so.

        :param str path: a name, which is looked for everywhere, or a path
        :return: dict with the ``id``, ``display_name`` and ``color`` of the group,
            whether it is ``same`` in name and whether the user ``can_assign`` it;
            ``False`` when there is none
        """
        *parents, name = naming.split_path(path)
        domain = []
        if parents:
            parent = self._find_by_path(naming.join_path(parents))
            domain = [("parent_id", "in", parent.ids)]
        group = self._find_similar(name, domain)
        if not group:
            return False
        key = naming.normalize_name(name)
        return {
            "id": group.id,
            "display_name": group.complete_name,
            "color": group.color,
            "can_assign": group.can_assign,
            "same": key in (naming.normalize_name(group.name), group.name_key),
        }

    # ------------------------------------------------------------
    # COPY
    # ------------------------------------------------------------

    def copy_data(self, default=None):
        default = dict(default or {})
        vals_list = super().copy_data(default=default)
        if not self._has_field_access(self._fields["assign_policy"], "write"):
            for vals in vals_list:
                del vals["assign_policy"]
        if "name" not in default:
            for group, vals in zip(self, vals_list, strict=True):
                vals["name"] = group._get_copy_name(vals.get("parent_id"))
        return vals_list

    def copy_translations(self, new, excluded=()):
        """Leave the name of the copy alone: its translations are those of siblings."""
        return super().copy_translations(new, excluded=(*excluded, "name"))

    def _get_copy_name(self, parent_id):
        """Return the first name like "VIP (copy)" that no sibling has yet."""
        siblings = self.with_context(active_test=False).search(
            [("parent_id", "=", parent_id)]
        )
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
