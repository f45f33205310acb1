# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.customer_group_operation import Change
from ..tools import naming
from .import_errors import ImportErrors


@dataclass(slots=True)
class Row:
    """A row of the file: what to do with whom and which groups."""

    number: int
    mode: str
    partner_id: int
    company_id: int | None
    group_ids: tuple[int, ...]


class CustomerGroupImport(models.TransientModel):
    """Import who is in which group, from a file.

    People choose the mode in a form and go on to Odoo's import page, which takes the
    file apart and calls :meth:`load` with one batch after the other. A row of the file
    stands for a contact and some groups; no record is made of it.
    """

    _name = "customer.group.import"
    _description = "Import of Memberships in Customer Groups"

    mode = fields.Selection(
        selection=[("add", "Add"), ("remove", "Remove"), ("replace", "Replace")],
        default="add",
        required=True,
    )
    # Read-only, so that no column of a file is taken for it: it is for a whole file.
    reason = fields.Char(
        readonly=True, help="Is shown in the history of the contacts and groups."
    )
    start_series = fields.Boolean(
        string="Start Follow-up Series",
        readonly=True,
        help="Without this, an import starts no series.",
    )
    has_series = fields.Boolean(compute="_compute_has_series")
    partner_id = fields.Many2one(comodel_name="res.partner", string="Contact")
    ref = fields.Char(string="Reference", help="Finds the contact.")
    email = fields.Char(help="Finds the contact.")
    group_ids = fields.Many2many(
        comodel_name="customer.group",
        relation="customer_group_import_group_rel",
        string="Customer Groups",
    )

    @api.depends_context("uid")
    def _compute_has_series(self):
        self.has_series = bool(self.env["customer.group.sequence"]._get_start_index())

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_choose_file(self):
        """Go on to Odoo's import page, for the chosen mode.

        :return: client action
        """
        self.ensure_one()
        titles = {
            "add": self.env._("Add Contacts to Groups"),
            "remove": self.env._("Remove Contacts from Groups"),
            "replace": self.env._("Replace Groups of Contacts"),
        }
        return {
            "type": "ir.actions.client",
            "tag": "customer_group_import",
            "name": titles[self.mode],
            "params": {
                "model": self._name,
                "context": {
                    "default_mode": self.mode,
                    "default_reason": self.reason or "",
                    "default_start_series": self.start_series,
                },
            },
        }

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Memberships"),
                "template": "/customer_group/static/xls/memberships_template.xlsx",
            }
        ]

    # ------------------------------------------------------------
    # IMPORT
    # ------------------------------------------------------------

    @api.model
    def load(self, fields, data):
        """Change the memberships that the rows of a file tell of.

        All of ``data`` is checked before a batch of it is applied: when any row of a
        file is wrong, its first batch fails. The number of queries does not depend on
        the number of rows. ``default_mode`` and ``default_reason`` in the context are
        for rows that do not tell; ``default_start_series`` lets series start.

        :param list[str] fields: what stands in the columns, such as ``partner_id/id``
        :param list[list] data: the rows of the batch and all that follow
        :return: what ``BaseModel.load`` returns; ``ids`` has for each row of the batch
            the id of the journal entry it went into
        """
        self.check_access("create")
        errors = ImportErrors(self.env)
        cells = [[self._clean_cell(cell) for cell in row] for row in data]
        rows = self._get_rows({name: i for i, name in enumerate(fields)}, cells, errors)
        limit = self.env.context.get("_import_limit") or len(rows)
        end = self._get_end_of_batch(rows, limit)
        if not errors:
            self._check_modes(rows, end < len(rows), errors)
            self._check_groups(rows, errors)
        ids = []
        if not errors:
            try:
                with self.env.cr.savepoint():
                    ids = self._apply(rows[:end])
            except (AccessError, UserError) as error:
                errors.add(str(error))
        return {
            "ids": ids or False,
            "messages": errors.get_messages(),
            "nextrow": end if ids and end < len(rows) else 0,
        }

    @api.model
    def _clean_cell(self, cell):
        return naming.unquote(str(cell).strip()) if cell else ""

    @api.model
    def _get_rows(self, columns, data, errors):
        """Look up everything that the cells name.

        :param dict columns: index of each column by the name of its field
        :param list[list[str]] data: the cells
        :param ImportErrors errors: takes what is wrong
        :return: list of :class:`Row` in the order of the file; those with errors are
            left out
        """
        get_partner = self._get_partner_lookup(columns, data)
        get_groups = self._get_group_lookup(columns, data)
        get_mode = self._get_mode_lookup(columns)

        def get_row(number, cells):
            try:
                mode = get_mode(cells)
                partner_id, company_id = get_partner(cells)
                group_ids = get_groups(cells)
                if not group_ids and mode != "replace":
                    raise UserError(
                        self.env._(
                            "The row names no group. Write one, or leave the row out."
                        )
                    )
            except UserError as error:
                errors.add(str(error), number)
                return None
            return Row(number, mode, partner_id, company_id, group_ids)

        # Row 1 has the titles.
        return [row for i, cells in enumerate(data, 2) if (row := get_row(i, cells))]

    @api.model
    def _get_end_of_batch(self, rows, limit):
        """Return where the batch ends: never between rows of the same contact."""
        end = min(limit, len(rows))
        while 0 < end < len(rows) and rows[end].partner_id == rows[end - 1].partner_id:
            end += 1
        return end

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.model
    def _check_modes(self, rows, is_batched, errors):
        """Refuse rows that contradict each other, or that a batch would tear apart.

        :param bool is_batched: whether rows are left for another batch, which will not
            know of the rows of this one
        """
        modes = {row.mode for row in rows}
        if len(modes) > 1:
            by_partner, by_pair = {}, {}
            for row in rows:
                mode = by_partner.setdefault(row.partner_id, row.mode)
                clash = mode != row.mode and "replace" in (mode, row.mode)
                for group_id in row.group_ids:
                    pair = (row.partner_id, group_id)
                    clash |= by_pair.setdefault(pair, row.mode) != row.mode
                if clash:
                    errors.add(
                        self.env._(
                            "An earlier row of the file says something else about the"
                            " groups of this contact. Leave one of them out."
                        ),
                        row.number,
                    )
        if is_batched and "replace" in modes:
            seen, previous_id = set(), None
            for row in rows:
                if row.partner_id != previous_id and row.partner_id in seen:
                    errors.add(
                        self.env._(
                            "The contact has rows further up. To replace groups, all"
                            " rows of a contact have to follow each other: sort the"
                            " file by contact."
                        ),
                        row.number,
                    )
                previous_id = row.partner_id
                seen.add(previous_id)

    @api.model
    def _check_groups(self, rows, errors):
        """Refuse changes of groups that the user or the contact has no part in.

        A row that says what is already so is no change.
        """
        get_refusal = self._get_refusals(rows)
        if not get_refusal:
            return
        refused = {}
        for row in rows:
            for group_id in row.group_ids:
                message = get_refusal(row, group_id)
                if message:
                    refused[row.partner_id, group_id] = (row, message)
        if not refused:
            return
        members = set(
            self.env.execute_query(
                SQL(
                    """SELECT r.partner_id, r.group_id
                         FROM customer_group_res_partner_rel r
                         JOIN %s USING (partner_id, group_id)""",
                    self.env["customer.group.membership"]._sql_pairs(refused),
                )
            )
        )
        for pair, (row, message) in refused.items():
            if (pair in members) == (row.mode == "remove"):
                errors.add(message, row.number)

    @api.model
    def _get_refusals(self, rows):
        """Return a function (row, group id) that tells why a change is refused.

        ``None`` when all groups are free for all contacts, as in most files.
        """
        ids = {group_id for row in rows for group_id in row.group_ids}
        groups = self.env["customer.group"].browse(ids)
        anyway, joining, companies = {}, {}, {}
        for group in groups:
            try:
                group._check_assign(groups.browse())
            except AccessError as error:
                anyway[group.id] = str(error)
            try:
                group._check_assign(group)
            except UserError as error:
                joining[group.id] = str(error)
            if group.company_id:
                companies[group.id] = group.company_id
        if not joining and not companies:
            return None
        related = self._get_related_companies()

        def get_refusal(row, group_id):
            if row.mode == "remove":
                return anyway.get(group_id)
            company = companies.get(group_id)
            if company and row.company_id and row.company_id not in related[company.id]:
                return self.env._(
                    "The contact belongs to another company than “%(group)s”, a group"
                    " of %(company)s.",
                    group=groups.browse(group_id).display_name,
                    company=company.display_name,
                )
            return joining.get(group_id)

        return get_refusal

    @api.model
    def _get_related_companies(self):
        """Return for each company the ids of those above and below it, and its own."""
        # sudo: contacts may belong to companies the user does not work in.
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        related = defaultdict(set)
        for company in companies:
            for id_ in map(int, company.parent_path.split("/")[:-1]):
                related[company.id].add(id_)
                related[id_].add(company.id)
        return related

    # ------------------------------------------------------------
    # CHANGES
    # ------------------------------------------------------------

    @api.model
    def _apply(self, rows):
        """Change the memberships, with one journal entry for each mode.

        :param list[Row] rows: checked rows
        :return: for each row the id of its journal entry
        """
        by_mode = defaultdict(list)
        for row in rows:
            by_mode[row.mode].append(row)
        operations = {
            mode: self._apply_mode(mode, same) for mode, same in by_mode.items()
        }
        return [operations[row.mode].id for row in rows]

    @api.model
    def _apply_mode(self, mode, rows):
        pairs = {(row.partner_id, id_) for row in rows for id_ in row.group_ids}
        named = adds = removes = None
        if pairs:
            sql_pairs = self.env["customer.group.membership"]._sql_pairs(pairs)
            named = SQL("SELECT partner_id, group_id FROM %s", sql_pairs)
        if mode == "remove":
            removes = named
        else:
            adds = named
        if mode == "replace":
            removes = self._get_replaced(rows, named)
        reason = str(self.env.context.get("default_reason") or "")
        starts = bool(self.env.context.get("default_start_series"))
        operation = self.env["customer.group"]._change_members(
            adds, removes, Change(mode, "import", reason, start_series=starts)
        )
        done = operation.removed if mode == "remove" else operation.added
        operation._set_skipped(len(pairs) - done)
        return operation

    @api.model
    def _get_replaced(self, rows, named):
        """Return the query of the pairs that the file does not have any more.

        Those of groups that the user cannot see or assign, and of archived ones, stay.
        """
        groups = self.env["customer.group"]._search([("can_assign", "=", True)])
        return SQL(
            """SELECT r.partner_id, r.group_id FROM customer_group_res_partner_rel r
                WHERE r.partner_id IN (SELECT unnest(%s)) AND r.group_id IN %s %s""",
            list({row.partner_id for row in rows}),
            groups.subselect(),
            SQL("EXCEPT %s", named) if named else SQL(),
        )
