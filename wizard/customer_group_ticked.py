# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerGroupTicked(models.AbstractModel):
    """Dialogs about the contacts that were ticked in a list.

    The contacts come as a domain, because the web client sends no more than 20,000 ids;
    what it selects is evaluated again, with the rights of the user, when it is applied.
    """

    _name = "customer.group.ticked"
    _description = "Dialog about Ticked Contacts"

    partner_domain = fields.Char(required=True, readonly=True)

    @api.model
    def default_get(self, fields):
        """Take the ticked contacts, or all that match when the client cut the list."""
        values = super().default_get(fields)
        context = self.env.context
        if "partner_domain" in fields and context.get("active_model") == "res.partner":
            ids = context.get("active_ids") or []
            limit = int(
                # sudo: a parameter of the web client, which it knows as well
                self.env["ir.config_parameter"]
                .sudo()
                .get_param("web.active_ids_limit", 20000)
            )
            all_shown = len(ids) >= limit and "active_domain" in context
            domain = context["active_domain"] if all_shown else [("id", "in", ids)]
            if not all_shown or not context.get("active_test", True):
                # The list has shown archived contacts, which a search leaves out.
                domain = [*domain, ("active", "in", [True, False])]
            values["partner_domain"] = repr(domain)
        return values

    def _get_domain(self):
        """Return the domain of the chosen contacts.

        :raise UserError: when somebody has tampered with it
        """
        try:
            domain = Domain(literal_eval(self.partner_domain or "[(0, '=', 1)]"))
            domain.validate(self.env["res.partner"])
            return domain
        except (SyntaxError, ValueError, TypeError) as error:
            raise UserError(
                self.env._("The selection of contacts is broken. Select them again.")
            ) from error

    def _get_partners(self):
        return self.env["res.partner"]._search(self._get_domain())
