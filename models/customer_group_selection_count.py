# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class CustomerGroupSelection(models.Model):
    """How many contacts each step of a selection leaves."""

    _inherit = "customer.group.selection"

    waterfall = fields.Json(
        string="Contacts, Step by Step", compute="_compute_waterfall", exportable=False
    )
    contact_count = fields.Integer(string="Remain", compute="_compute_waterfall")
    obstacle = fields.Char(compute="_compute_waterfall", exportable=False)
    notice = fields.Char(compute="_compute_waterfall", exportable=False)

    @api.depends(
        "line_ids.mode",
        "line_ids.group_id",
        "line_ids.include_subgroups",
        "line_ids.other_id",
        "domain",
        "partner_kind",
        "for_email",
        "cap_mode",
        "cap_count",
        "seed",
        "company_id",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_waterfall(self):
        for selection in self:
            steps = obstacle = notice = False
            try:
                definition = selection._read_definition()
                steps = selection._count_steps(definition)
                notice = selection._get_notice(definition)
            except (UserError, AccessError) as error:
                obstacle = str(error)
            except psycopg2.errors.QueryCanceled:
                notice = self.env._(
                    "There is no number: counting takes too long. Use fewer conditions,"
                    " or such on fields of the contact itself."
                )
            selection.waterfall = steps
            selection.contact_count = steps[-1]["count"] if steps else 0
            selection.obstacle = obstacle
            selection.notice = notice

    def _count_steps(self, definition):
        """Count with one query who matches, and who is left out in which step.

        :param Definition definition: as :meth:`_read_definition` returns it
        :return: list of dicts: ``name`` and ``label`` of the step, ``removed`` by it,
            ``count`` of those who are left
        """
        domains = self._get_steps(definition)
        partners = self.env["res.partner"].with_context(active_test=True)
        found = partners._search(domains.pop("matched"))
        cases = SQL(" ").join(
            SQL(
                "WHEN (%s) IS NOT TRUE THEN %s",
                domain.optimize_full(partners)._to_sql(partners, found.table, found),
                number,
            )
            for number, domain in enumerate(domains.values(), 1)
        )
        step = SQL("CASE %s ELSE 0 END", cases) if domains else SQL("0")
        with self.env["customer.group"]._limit_time(flush=False):
            removed = dict(
                self.env.execute_query(
                    SQL(
                        "SELECT step, count(*) FROM (%s) AS contact GROUP BY step",
                        found.select(SQL("%s AS step", step)),
                    )
                )
            )
        count = sum(removed.values())
        steps = [self._prepare_step("matched", 0, count)]
        for number, name in enumerate(domains, 1):
            count -= removed.get(number, 0)
            steps.append(self._prepare_step(name, removed.get(number, 0), count))
        if self.cap_mode != "none":
            over = max(0, count - max(0, self.cap_count))
            count -= over
            steps.append(self._prepare_step("cap", over, count))
        return steps

    def _prepare_step(self, name, removed, count):
        label = {
            "matched": self.env._("Match"),
            "excluded": self.env._("Excluded"),
            "opted_out": self.env._("Want no e-mails"),
            "no_address": self.env._("No e-mail address"),
            "cap": self.env._("Over the number"),
        }[name]
        return {"name": name, "label": label, "removed": removed, "count": count}

    def _get_notice(self, definition):
        """Say what the user has to know of the groups, beyond the numbers.

        :param Definition definition: as :meth:`_read_definition` returns it
        """
        named = {line.group_id for lines in definition.lines.values() for line in lines}
        groups = self.env["customer.group"].with_context(active_test=False)
        archived = groups.search([("id", "in", list(named)), ("active", "=", False)])
        notices = []
        if self._is_blank(definition):
            notices.append(
                self.env._("Add a group or a condition: without any, nobody matches.")
            )
        if archived:
            notices.append(
                self.env._(
                    "Archived groups count as well: %s.",
                    ", ".join(archived.mapped("display_name")),
                )
            )
        if definition.with_hidden:
            hiding = groups.browse(definition.with_hidden)
            notices.append(
                self.env._(
                    "Some subgroups of %s are left out, because you may not see them.",
                    ", ".join(hiding.mapped("display_name")),
                )
            )
        return " ".join(notices)
