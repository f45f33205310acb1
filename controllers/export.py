# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.http import request

from odoo.addons.web.controllers import export


def _quote(value, starts):
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    :param tuple starts: with what such texts begin
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(starts) else value


class CSVExport(export.CSVExport):
    """Guard names of customer groups beyond what Odoo does for all cells."""

    def from_data(self, fields, columns_headers, rows):
        """Quote ``@`` as well, which Odoo leaves; only in columns of groups.

        Elsewhere, as in a column of user names of a social network, other add-ons
        would import the apostrophe.
        """
        model = json.loads(request.params["data"])["model"]
        own = [self._is_about_customer_groups(model, field["name"]) for field in fields]
        rows = [
            [
                _quote(cell, "@") if is_own else cell
                for cell, is_own in zip(row, own, strict=True)
            ]
            for row in rows
        ]
        return super().from_data(fields, columns_headers, rows)

    def _is_about_customer_groups(self, model, path):
        """Return whether the field at ``path`` is one of groups or leads to them."""
        models = [model]
        for name in path.split("/"):
            field = request.env[models[-1]]._fields.get(name)
            if not field or not field.comodel_name:
                break
            models.append(field.comodel_name)
        return any(name.startswith("customer.group") for name in models)


class ExcelExport(export.ExcelExport):
    """Write texts that begin like a formula or a link as texts, which do nothing."""

    _FORMULAS = ("=", "{=", "internal:", "external:", "mailto:")

    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, columns_headers, self._quote_rows(rows))

    def from_group_data(self, fields, columns_headers, groups):
        self._quote_groups(groups)
        return super().from_group_data(fields, columns_headers, groups)

    def _quote_rows(self, rows):
        return [[_quote(cell, self._FORMULAS) for cell in row] for row in rows]

    def _quote_groups(self, groups):
        """Quote the headings of a grouped export, and the rows below them."""
        groups.data = self._quote_rows(groups.data)
        for name, child in list(groups.children.items()):
            self._quote_groups(child)
            del groups.children[name]
            groups.children[self._quote_heading(name)] = child

    def _quote_heading(self, name):
        if isinstance(name, tuple):  # (id, display name) of a record
            return (name[0], _quote(name[1], self._FORMULAS), *name[2:])
        return _quote(name, self._FORMULAS)
