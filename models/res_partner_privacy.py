# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """What the groups know of a person: to tell him, and to forget him."""

    _inherit = "res.partner"

    # ------------------------------------------------------------
    # TELL
    # ------------------------------------------------------------

    def action_export_customer_group_data(self):
        """Download what is stored about the contact, as a file.

        :return: action dictionary
        :raise AccessError: when the user is no manager or may not see the contact
        """
        self.ensure_one()
        self._check_customer_group_data()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_group/contact/{self.id}/data",
            "target": "download",
        }

    def _check_customer_group_data(self):
        """Check that the current user may have all data of the contact in a file.

        :raise AccessError: when he is no manager or may not see the contact
        """
        self.check_access("read")
        if not self.env.user.has_group("customer_group.group_manager"):
            raise AccessError(
                self.env._(
                    "Only managers of customer groups may download the data of a"
                    " contact."
                )
            )

    def _get_customer_group_data(self):
        """Return what is stored about the contact, of all companies the user has.

        As superuser: of all companies.

        :return: texts, numbers, lists and dicts, to be written as JSON
        :rtype: dict
        :raise AccessError: when the user is no manager or may not see the contact
        """
        self.ensure_one()
        self._check_customer_group_data()
        companies = self.env.user.company_ids
        if self.env.su:
            companies = companies.search(Domain.TRUE)
        contact = self.with_context(
            active_test=False, allowed_company_ids=companies.ids
        )
        return {
            "contact": {"id": self.id, "name": self.name, "email": self.email},
            "date": fields.Datetime.to_string(fields.Datetime.now()),
            "companies": companies.sorted("id").mapped("name"),
        } | {
            title: contact._read_customer_group_data(*part)
            for title, part in contact._get_customer_group_data_parts().items()
        }

    def _get_customer_group_data_parts(self):
        """Return where something about the contact is stored.

        A model that stores more adds its part.

        :return: by title in the file: the name of the model, the domain of the rows
            that are about the contact, and the names of fields
        :rtype: dict
        """
        own = [("partner_id", "=", self.id)]
        return {
            "groups": (
                "customer.group",
                [("id", "in", self._get_linked_ids("customer_group_ids"))],
                ["complete_name"],
            ),
            "memberships": (
                "customer.group.membership",
                own,
                [
                    "group_id",
                    "date_start",
                    "source",
                    "start_reason",
                    "date_end",
                    "end_source",
                    "end_reason",
                    "by_rule",
                    "pin_date",
                ],
            ),
            "kept_out": (
                "customer.group.exclusion",
                own,
                ["group_id", "date", "reason"],
            ),
            "requests": (
                "customer.group.request",
                Domain("partner_ids", "in", self.ids)
                | Domain([("res_model", "=", self._name), ("res_id", "=", self.id)]),
                ["name", "create_date", "reason", "state", "answer"],
            ),
            "series": (
                "customer.group.enrolment",
                own,
                [
                    "sequence_id",
                    "group_id",
                    "date_start",
                    "state",
                    "stop_reason",
                    "date_end",
                ],
            ),
            "steps_of_series": (
                "customer.group.enrolment.trace",
                [("enrolment_id.partner_id", "=", self.id)],
                [
                    "sequence_id",
                    "step_id",
                    "date",
                    "state",
                    "email",
                    "sent_date",
                    "replied_at",
                    "bounced_at",
                    "error",
                ],
            ),
            "opted_out": (
                "customer.group.optout",
                own,
                ["what", "date", "source", "email"],
            ),
            "snapshots_of_selections": (
                "customer.group.selection.snapshot",
                [("id", "in", self._get_linked_ids("customer_group_snapshot_ids"))],
                ["name", "date", "purpose", "reason"],
            ),
        }

    def _get_linked_ids(self, name):
        """Return the ids of the records of a many2many, those of all companies.

        :param str name: of the field
        """
        field = self._fields[name]
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(field.column2),
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                self.ids,
            )
        )
        return [id_ for [id_] in rows]

    def _read_customer_group_data(self, model, domain, names):
        """Return rows about the contact, under the rules of the model.

        :param str model: name of the model
        :param domain: which rows
        :param list[str] names: the fields; those without value are left out
        :return: list of dicts of texts, numbers and truth values
        """
        records = self.env[model].search(domain)
        return [
            {
                name: fields.Datetime.to_string(value)
                if records._fields[name].type in ("date", "datetime")
                else value
                for name, value in row.items()
                if value or records._fields[name].type == "boolean"
            }
            for row in (
                {
                    name: record[name].display_name
                    if records._fields[name].relational
                    else record[name]
                    for name in names
                }
                for record in records
            )
        ]

    # ------------------------------------------------------------
    # FORGET
    # ------------------------------------------------------------

    def unlink(self):
        """Forget the texts of changes that concerned no other contact, and wishes."""
        operations = self.env["customer.group.operation"]
        operation_ids = operations._get_ids_of_contacts(self)
        snapshot_ids = self._get_linked_ids("customer_group_snapshot_ids")
        self.env["customer.group.request"]._forget_record(self)
        result = super().unlink()
        operations._forget_reasons(SQL("o.id = ANY(%s)", operation_ids))
        self.env["customer.group.selection.snapshot"]._forget_reasons(snapshot_ids)
        return result
