# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

#: By what the cells of a column find contacts: the first that finds any counts. The
#: first column of these that is filled counts; the others help where it finds several.
CONTACT_COLUMNS = {
    "id": ("external",),
    ".id": ("database",),
    "partner_id/id": ("external",),
    "partner_id/.id": ("database",),
    "ref": ("ref",),
    "email": ("email",),
    "partner_id": ("path", "name", "ref", "email"),
}
GROUP_COLUMNS = {
    "group_ids": "path",
    "group_ids/id": "external",
    "group_ids/.id": "database",
}
#: The greatest id PostgreSQL can look for.
MAX_ID = 2**31 - 1


class CustomerGroupImport(models.TransientModel):
    """Find what the cells of a file name, with few queries for all of them."""

    _inherit = "customer.group.import"

    # ------------------------------------------------------------
    # MODE
    # ------------------------------------------------------------

    @api.model
    def _get_mode_lookup(self, columns):
        """Return a function that gives the mode of a row.

        :param dict columns: index of each column by the name of its field
        """
        default = self.env.context.get("default_mode")
        index = columns.get("mode")
        selection = self._fields["mode"]._description_selection(self.env)
        modes = {label.lower(): mode for mode, label in selection}
        modes |= {mode: mode for mode, _label in selection}

        def get_mode(cells):
            text = (index is not None and cells[index]) or str(default or "")
            mode = modes.get(text.lower())
            if not mode:
                raise UserError(
                    self.env._(
                        "It is not clear what to do with the groups: “%(mode)s”. Start"
                        " again from “Import memberships”, or write one of"
                        " %(modes)s.",
                        mode=text,
                        modes=", ".join(label for _mode, label in selection),
                    )
                )
            return mode

        return get_mode

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    @api.model
    def _get_partner_lookup(self, columns, data):
        """Return a function that gives contact id and company id of a row.

        :raise UserError: when there is no column that names contacts
        """
        kinds = [(columns[c], k) for c, k in CONTACT_COLUMNS.items() if c in columns]
        wanted = defaultdict(dict)
        for index, column_kinds in kinds:
            for text in {cells[index] for cells in data} - {""}:
                for kind in column_kinds:
                    wanted[kind][text] = self._get_key(kind, text)
        found = {
            kind: self._find_partners(kind, set(texts.values()) - {None})
            for kind, texts in wanted.items()
        }

        def get_matches(text, column_kinds):
            for kind in column_kinds:
                matches = found[kind].get(wanted[kind][text])
                if matches:
                    return matches
            return set()

        def get_partner(cells):
            named, matches = "", set()
            for index, column_kinds in kinds:
                text = cells[index]
                if not text:
                    continue
                if not named:
                    named, matches = text, get_matches(text, column_kinds)
                elif len(matches) > 1:
                    matches = matches & get_matches(text, column_kinds) or matches
            self._check_matches(named, matches)
            [(partner_id, company_id, _can_change)] = matches
            return partner_id, company_id

        return get_partner

    @api.model
    def _check_matches(self, named, matches):
        """Check that a row names one contact whose groups the user may change.

        :param str named: what the row names it by
        :param set matches: what :meth:`_find_partners` found
        """
        if not named:
            raise UserError(
                self.env._(
                    "The row names no contact. Match a column with the contact, and"
                    " write its name, reference, e-mail or External ID."
                )
            )
        if not matches:
            raise UserError(
                self.env._(
                    "“%s” is not a contact. Check the spelling, or create the"
                    " contact first.",
                    named,
                )
            )
        if len(matches) > 1:
            raise UserError(
                self.env._(
                    "“%(name)s” stands for %(count)s contacts. Use their External IDs"
                    " or references, or a column more.",
                    name=named,
                    count=len(matches),
                )
            )
        [(_partner_id, _company_id, can_change)] = matches
        if not can_change:
            raise UserError(
                self.env._("You do not have the right to change “%s”.", named)
            )

    @api.model
    def _get_key(self, kind, text):
        """Return what to look for in the database, or ``None``."""
        if kind == "email":
            return email_normalize(text, strict=False) or None if "@" in text else None
        if kind == "external":
            return text if "." in text else f"__import__.{text}"
        if kind == "database":
            return int(text) if text.isdecimal() and int(text) <= MAX_ID else None
        return text

    @api.model
    def _find_partners(self, kind, keys):
        """Find contacts, as far as the user sees them.

        :param str kind: what the keys are, see ``CONTACT_COLUMNS``
        :param set keys: what :meth:`_get_key` returned
        :return: dict from key to a set of tuples (contact id, company id, whether the
            user may change its groups)
        """
        found = defaultdict(set)
        if not keys:
            return found
        partners = self.env["res.partner"].with_context(active_test=False)
        columns = {
            "path": "complete_name",
            "name": "name",
            "ref": "ref",
            "email": "email_normalized",
        }
        if kind in columns:
            partners.flush_model([columns[kind], "active"])
            source = SQL(
                """SELECT key.key, p.id FROM unnest(%s) AS key(key)
                     JOIN res_partner p ON p.%s = key.key AND p.active""",
                list(keys),
                SQL.identifier(columns[kind]),
            )
        else:
            source = self._get_id_query(kind, keys, partners._name)
        # Joins: a list of contacts too long for the memory of the database would be
        # searched anew for each row if it stood in a condition with IN.
        rows = self.env.execute_query(
            SQL(
                """SELECT found.key, p.id, p.company_id, assignable.id IS NOT NULL
                     FROM (%(source)s) AS found(key, id)
                     JOIN res_partner p ON p.id = found.id
                     JOIN (%(visible)s) AS visible(id) ON visible.id = p.id
                LEFT JOIN (%(assignable)s) AS assignable(id) ON assignable.id = p.id""",
                source=source,
                visible=partners._search([]).select(),
                assignable=partners._get_assignable_query([]).select(),
            )
        )
        for key, *match in rows:
            found[key].add(tuple(match))
        return found

    @api.model
    def _get_id_query(self, kind, keys, model):
        """Return the query (key, id) of external or database ids."""
        if kind == "database":
            return SQL("SELECT key, key FROM unnest(%s) AS key(key)", list(keys))
        return SQL(
            """SELECT key.key, d.res_id FROM unnest(%s) AS key(key)
                 JOIN ir_model_data d
                   ON d.module = split_part(key.key, '.', 1)
                  AND d.name = substr(key.key, strpos(key.key, '.') + 1)
                WHERE d.model = %s""",
            list(keys),
            model,
        )

    # ------------------------------------------------------------
    # GROUPS
    # ------------------------------------------------------------

    @api.model
    def _get_group_lookup(self, columns, data):
        """Return a function that gives the ids of the groups of a row."""
        kinds = [
            (columns[c], kind) for c, kind in GROUP_COLUMNS.items() if c in columns
        ]
        cells_by_kind = {
            kind: {cells[index] for cells in data} for index, kind in kinds
        }
        found = {}
        for kind, texts in cells_by_kind.items():
            names = {text: self._split_groups(text) for text in texts}
            groups = self._find_groups(kind, set().union(*names.values()))
            found |= {
                (kind, text): [groups[name] for name in cell_names]
                for text, cell_names in names.items()
            }

        def get_groups(cells):
            ids = {}
            for index, kind in kinds:
                for groups, name in found[kind, cells[index]]:
                    ids[self._check_group(groups, name)] = True
            return tuple(ids)

        return get_groups

    @api.model
    def _split_groups(self, text):
        return [name.strip() for name in text.split(",") if name.strip()]

    @api.model
    def _find_groups(self, kind, names):
        """Find groups, as far as the user sees them; archived ones too.

        :return: dict from name to a pair (groups, name)
        """
        groups = self.env["customer.group"]
        archived = groups.with_context(active_test=False)
        if kind == "path":
            found = groups._find_by_paths(names)
            missing = [name for name in names if not found[name]]
            found |= archived._find_by_paths(missing) if missing else {}
        else:
            keys = {name: self._get_key(kind, name) for name in names}
            query = self._get_id_query(kind, set(keys.values()) - {None}, groups._name)
            ids = dict(self.env.execute_query(query))
            visible = set(archived.search([("id", "in", list(ids.values()))])._ids)
            found = {
                name: groups.browse(visible & {ids.get(key)})
                for name, key in keys.items()
            }
        return {name: (found[name], name) for name in names}

    @api.model
    def _check_group(self, groups, name):
        """Return the id of the group that ``name`` stands for."""
        if not groups:
            raise UserError(
                self.env._(
                    "There is no group “%s”. Check the spelling, or create the group"
                    " first.",
                    name,
                )
            )
        if len(groups) > 1:
            raise UserError(groups._get_ambiguous_message(name))
        return groups.id
