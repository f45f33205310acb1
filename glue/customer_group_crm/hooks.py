# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import SQL


def post_init_hook(env):
    """Sort the leads that are there into the groups of their contacts."""
    env["crm.lead"]._take_over_customer_groups(SQL("TRUE"))


def uninstall_hook(env):
    """Let requests forget the leads they were made on, which may disappear as well."""
    requests = env["customer.group.request"].search([("res_model", "=", "crm.lead")])
    requests.write({"res_model": False, "res_id": False})
