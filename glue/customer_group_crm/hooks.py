# Copyright 2026 The customer_group authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import SQL


def post_init_hook(env):
    """Sort the leads that are there into the groups of their contacts."""
    env["crm.lead"]._take_over_customer_groups(SQL("TRUE"))
