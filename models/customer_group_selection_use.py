# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from urllib.parse import urlencode

from odoo import fields, models
from odoo.tools import SQL, formatLang

#: The columns of an export; others can be chosen in the list of contacts.
EXPORTED = [
    "complete_name",
    "email",
    "phone",
    "street",
    "zip",
    "city",
    "country_id",
    "lang",
]


class CustomerGroupSelection(models.Model):
    """What is done with the contacts of a selection."""

    _inherit = "customer.group.selection"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_draw(self):
        """Draw another random sample.

        :raise AccessError: when the user may not change the selection
        """
        for selection in self:
            selection.seed = self._draw_seed()

    def _get_partner_domain(self):
        """Return the domain by which lists of contacts refer to the selection.

        It can be sent to the client and back, and is evaluated there again.

        :rtype: list
        """
        self.ensure_one()
        return [("customer_group_selection_id", "in", self.ids)]

    def action_open_partners(self):
        """Open the contacts, as many as the form says.

        :return: action dictionary
        :raise UserError: when the selection cannot be evaluated
        """
        self.ensure_one()
        self._get_domain()  # says why not, before a list is opened
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_group.customer_group_selection_action_partners"
        )
        return action | {
            "display_name": self.name,
            "domain": self._get_partner_domain(),
        }

    def action_add_to_groups(self):
        """Open the dialog that puts the contacts into groups.

        :return: action dictionary
        """
        return self._get_assign_action("add")

    def action_remove_from_groups(self):
        """Open the dialog that takes the contacts out of groups.

        :return: action dictionary
        """
        return self._get_assign_action("remove")

    def _get_assign_action(self, mode):
        self.ensure_one()
        self._get_domain()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"customer_group.customer_group_assign_action_{mode}"
        )
        return action | {
            "context": {
                "default_mode": mode,
                "default_partner_domain": repr(self._get_partner_domain()),
                "default_reason": self.env._("Selection “%s”", self.name),
            }
        }

    def action_export(self):
        """Download the contacts as a spreadsheet.

        The user's right to export is checked by Odoo when the file is made.

        :return: action dictionary
        """
        self.ensure_one()
        self._get_domain()
        partners = self.env["res.partner"]
        columns = partners.fields_get(EXPORTED, ["string", "type"])
        data = {
            "model": partners._name,
            "fields": [
                {"name": name, "label": column["string"], "type": column["type"]}
                for name, column in columns.items()
            ],
            "ids": False,
            "domain": self._get_partner_domain(),
            "groupby": [],
            "import_compat": False,
            "context": {"lang": self.env.lang, "tz": self.env.context.get("tz")},
        }
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/export/xlsx?{urlencode({'data': json.dumps(data)})}",
            "target": "download",
        }

    def action_send_mail(self):
        """Ask whether to write to the contacts, and to how many.

        :return: action dictionary
        """
        return self._get_use_action("mail", self.env._("Send an E-mail"))

    def action_schedule_activities(self):
        """Ask for an activity to be scheduled for each of the contacts.

        :return: action dictionary
        """
        return self._get_use_action("activity", self.env._("Schedule Activities"))

    def action_start_series(self):
        """Ask for a follow-up series that the contacts are to enter.

        :return: action dictionary
        """
        return self._get_use_action("series", self.env._("Start a Series"))

    def action_freeze(self):
        """Ask why to keep who is in the selection now.

        :return: action dictionary
        """
        return self._get_use_action("freeze", self.env._("Freeze"))

    def _get_use_action(self, purpose, title):
        self.ensure_one()
        self._get_domain()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "customer.group.selection.use",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_selection_id": self.id,
                "default_purpose": purpose,
            },
        }

    # ------------------------------------------------------------
    # SNAPSHOTS
    # ------------------------------------------------------------

    def _freeze(self, purpose, domain, reason=""):
        """Keep who matches now, with one statement for any number of contacts.

        :param str purpose: a value of the field of the snapshot
        :param Domain domain: which contacts, with the rights of the current user
        :param str reason: why
        :return: the snapshot
        """
        self.ensure_one()
        found = self.env["res.partner"]._search(domain)
        # sudo: nobody has the right to write snapshots; only this code does.
        snapshot = self.snapshot_ids.sudo().create(
            {
                "selection_id": self.id,
                "name": self.name,
                "company_id": self.company_id.id,
                "user_id": self.env.uid,
                "date": fields.Datetime.now(),
                "purpose": purpose,
                "reason": reason,
            }
        )
        snapshot.flush_recordset()
        self.env.cr.execute(
            SQL(
                """INSERT INTO customer_group_snapshot_res_partner_rel
                               (partner_id, snapshot_id)
                   SELECT id, %s FROM (%s) AS p ORDER BY id""",
                snapshot.id,
                found.select(),
            )
        )
        snapshot.count = self.env.cr.rowcount
        self.env["res.partner"].invalidate_model(["customer_group_snapshot_ids"])
        return snapshot.sudo(False)

    def _notify_assigned(self, user, snapshot):
        """Tell a user in one message that many activities were assigned to him."""
        user.partner_id.message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.env._("Activities for “%s”", self.name),
            body=self.env._(
                "%(user)s has assigned you %(count)s activities, one for each contact"
                " of “%(selection)s”: %(summary)s",
                user=self.env.user.name,
                count=formatLang(self.env, snapshot.count, digits=0),
                selection=self.name,
                summary=snapshot.reason,
            ),
        )
