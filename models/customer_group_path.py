# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..tools import naming

#: Length at which the sort key is cut; siblings below sort by their id alone.
MAX_SORT_KEY = 1000
#: How many levels of a path that somebody types are looked at, from its end.
MAX_SEARCHED_LEVELS = 20


class CustomerGroup(models.Model):
    """The place of a group in the tree: shown, ordered and found by its path."""

    _inherit = "customer.group"

    complete_name = fields.Char(
        string="Group",
        compute="_compute_complete_name",
        search="_search_complete_name",
        help="The path of the group, from its main group down.",
    )
    # Technical: orders the groups as a tree wherever a flat list is shown.
    sort_key = fields.Char(compute="_compute_sort_key", store=True, exportable=False)

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("name", "parent_path")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for group, line in zip(self, self._get_lines(), strict=True):
            group.complete_name = naming.join_path(
                ancestor.name or "" for ancestor in line
            )

    @api.depends("complete_name")
    @api.depends_context("hierarchical_naming", "formatted_display_name")
    def _compute_display_name(self):
        """Show the path; only the name with ``hierarchical_naming`` false in context.

        A drop-down (``formatted_display_name``) needs the path in any case.
        """
        context = self.env.context
        path = context.get("hierarchical_naming", True)
        for group in self:
            group.display_name = (
                group.complete_name
                if path or context.get("formatted_display_name")
                else group.name
            )

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

    def _invalidate_paths_of_subgroups(self):
        """Have the paths below renamed or reordered groups computed again."""
        subgroups = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        self.env.add_to_compute(self._fields["sort_key"], subgroups)
        self.invalidate_model(["complete_name", "display_name"])

    # ------------------------------------------------------------
    # SEARCH
    # ------------------------------------------------------------

    @api.model
    def _search_complete_name(self, operator, value):
        return Domain("display_name", operator, value)

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
            groups = self.browse().union(*self._find_by_paths(paths).values())
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
        *parents, name = naming.split_path(value)[-MAX_SEARCHED_LEVELS:]
        domain = Domain("name", operator, name)
        if not parents:
            domain |= Domain("code", operator, name)
        path = "parent_id"
        for parent in reversed(parents):
            domain &= Domain(f"{path}.name", operator, parent)
            path += ".parent_id"
        return domain

    def _get_topmost(self):
        """Return the groups of ``self`` that are not below another one of ``self``."""
        ids = set(self._ids)
        return self.filtered(
            lambda group: ids.isdisjoint(map(int, group.parent_path.split("/")[:-2]))
        )

    @api.model
    def _find_by_path(self, path):
        """Return the groups that ``path`` stands for; see :meth:`_find_by_paths`."""
        return self._find_by_paths([path])[path]

    @api.model
    def _find_by_paths(self, paths):
        """Return the groups that each path stands for, case and accents ignored.

        Takes the same queries for any number of paths.

        :param Iterable[str] paths: whole paths such as ``"Wholesale / EU"``, single
            names, or codes
        :return: dict from path to groups: the group at that path or with that code;
            for a single name without a main group of that name, all that have it
        """
        names = {path: naming.split_path(path) for path in paths}
        distinct = {name for path_names in names.values() for name in path_names}
        domain = Domain.TRUE
        if len(distinct) <= MAX_SEARCHED_LEVELS:
            domain = Domain.OR(
                self._get_equal_name_domain(name)
                | Domain("code", "=ilike", escape_psql(name))
                for name in distinct
            )
        by_place, by_name, by_code = (defaultdict(list) for _index in range(3))
        fields = ["name", "name_key", "parent_id", "code"]
        for group in self.search_fetch(domain, fields):
            for key in {group.name_key, naming.normalize_name(group.name)}:
                by_place[group.parent_id.id, key].append(group.id)
                by_name[key].append(group.id)
            if group.code:
                by_code[group.code.lower()].append(group.id)
        result = {}
        for path, path_names in names.items():
            keys = [naming.normalize_name(name) for name in path_names]
            ids = [False]
            for key in keys:
                ids = [id_ for parent_id in ids for id_ in by_place[parent_id, key]]
            if not ids and len(keys) == 1:
                ids = by_name[keys[0]] or by_code[path_names[0].lower()]
            result[path] = self.browse(ids)
        return result

    def _find_subgroup(self, name):
        """Return the group ``name`` directly below this one; a main group if empty."""
        return self.search(
            self._get_equal_name_domain(name) & Domain("parent_id", "=", self.id)
        )

    @api.model
    def _get_equal_name_domain(self, name):
        """Return the domain of the groups called ``name`` here or in the source."""
        return Domain("name_key", "=", naming.normalize_name(name)) | Domain(
            "name", "=ilike", escape_psql(naming.clean_name(name))
        )

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Find groups by path; those that have ``name`` in their own name come first.

        While a file is imported, an exact name that several groups share is an error,
        as the first one found would be a guess.
        """
        if operator == "=" and "import_cache" in self.env.context:
            groups = self._find_for_import(name).filtered_domain(domain or [])
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
    def _find_for_import(self, path):
        """Return the group that a cell of an imported file names, or none.

        Uses the cache that the ORM keeps during an import: the same few paths stand in
        thousands of rows.

        :raise ValueError: when several groups have that name
        """
        cache, key = self.env.context["import_cache"], (self._name, path)
        if key not in cache:
            groups = self._find_by_path(path)
            if len(groups) > 1:
                raise ValueError(groups._get_ambiguous_message(path))
            if not groups:
                return groups
            cache[key] = groups.id
        return self.browse(cache[key])

    def _get_ambiguous_message(self, name):
        """Return what is wrong when ``name`` stands for all these groups."""
        return self.env._(
            "“%(name)s” is the name of several groups (%(paths)s)."
            " Write the whole path of the one you mean.",
            name=name,
            paths=", ".join(self.mapped("display_name")),
        )

    @api.model
    def name_create(self, name):
        """Create the group of a path, with those above it that do not exist yet.

        :param str name: a name, or a path such as ``"Wholesale / EU"``
        :return: tuple (id, display name) of the group at the end of the path; that of
            an existing group when there is one
        """
        group = self.browse()
        for segment in naming.split_path(name):
            group = group._find_subgroup(segment) or self.create(
                {"name": segment, "parent_id": group.id}
            )
        return group.id, group.display_name
